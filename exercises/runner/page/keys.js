'use strict';
// The page reads the same without this: it only adds keys, and shows in the bar
// where you are.
const links = [...document.querySelectorAll('nav a')];
const headings = links.map(({ hash }) => document.querySelector(hash));
const keys = document.querySelector('#keys');
const wanted = keys.querySelector('input'); // who speaks commands may not

// The operation that is being read, or -1: the one that the focus is on, else
// the last whose heading has gone up to where a link puts it.
function current() {
  const focused = headings.indexOf(document.activeElement);
  const top = (heading) => heading.getBoundingClientRect().top;
  if (focused >= 0 && top(headings[focused]) >= 0
    && top(headings[focused]) < innerHeight)
    return focused;
  const margin = parseFloat(getComputedStyle(headings[0]).scrollMarginTop);
  return headings.findLastIndex((heading) => top(heading) <= margin + 1);
}

// Where a link puts a heading: below the bar, as many rows as it has.
function measure() {
  const { style } = document.documentElement;
  const bar = document.querySelector('nav');
  style.setProperty('--bar', `${bar.getBoundingClientRect().height}px`);
}

function mark() {
  const at = current();
  links.forEach((link, i) => {
    if (i === at)
      link.setAttribute('aria-current', 'true');
    else
      link.removeAttribute('aria-current');
  });
}

// j and k go to an operation; the arrows go along the bar while it has the
// focus.
document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey)
    return;
  const step = { j: 1, k: -1 }[event.key];
  if (step && wanted.checked) {
    links[current() + step]?.click();
    return;
  }
  const along = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
  const from = links.indexOf(document.activeElement);
  const to = links[from + along[event.key]];
  if (from >= 0 && to) {
    to.focus();
    event.preventDefault(); // of scrolling
  }
});

document.addEventListener('scroll', mark, { passive: true });
document.addEventListener('focusin', mark);
addEventListener('resize', measure);
keys.hidden = false;
measure();
mark();
