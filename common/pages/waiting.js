// common/pages/waiting.js - the script of GET /waiting: reads GET /metrics once
// a second, and shows what it says.
//
// The script goes by how a number is named and typed, and has no list of them.
// It shows every family that the server tells, except `process_…`, in the
// server's own words. So both servers have this page, and what is counted
// tomorrow is on it tomorrow.
//
//   gauge      as it is; x_busy as a part of x, where the server tells both
//   counter    by how much it grows in a second, by classes of status
//   histogram  how long what came since the look before has taken
//
// One look at a time: the next begins a second after the last one has its
// answer. While nobody sees the page, it asks for nothing.
'use strict';

const EVERY_MS = 1000;
const PATIENCE_MS = 5000; // for one answer
const POINTS = 60; // of a line
const HEIGHT = 24;

const find = (id) => document.getElementById(id);
const rows = new Map(); // by series: {item, past, look}

let looks = 0;
let before = null; // the last look: what has grown has grown since
let paused = false;
let wake = () => {}; // somebody looks again

function put(element, words) {
  if (element.textContent !== words) // else it is read aloud again
    element.textContent = words;
}

function showState(words, why = '') {
  put(find('state'), words);
  find('state').className = words === 'live' ? 'on' : '';
  put(find('said'), why);
}

// --- what the server tells --------------------------------------------------

// Gives its families by name: {name, HELP, TYPE, values}. The values are a Map
// with a number for each series, such as todo_jobs{queue="read"}.
function parse(text) {
  const families = new Map();
  let family;
  for (const line of text.split('\n')) {
    const [, word, name, words] = /^# (HELP|TYPE) (\w+) (.*)$/.exec(line) ?? [];
    const [, series, value] = /^(\w+(?:\{.*\})?) (\S+)$/.exec(line) ?? [];
    if (name) {
      family = families.get(name) ?? { name, values: new Map() };
      family[word] = words;
      families.set(name, family);
    } else if (series) {
      family.values.set(series, Number(value));
    }
  }
  return families;
}

// Gives the families; throws an Error in words when they do not come.
async function ask() {
  const aborter = new AbortController();
  const late = setTimeout(() => aborter.abort(), PATIENCE_MS);
  try {
    const answer = await fetch('./metrics',
      { cache: 'no-store', signal: aborter.signal });
    if (answer.ok)
      return parse(await answer.text());
    throw new Error(`The server answers ${answer.status}.`);
  } catch (error) {
    if (aborter.signal.aborted)
      throw new Error(
        `The server has not answered for ${PATIENCE_MS / 1000} seconds.`);
    if (error instanceof TypeError) // thrown by fetch
      throw new Error('The server does not answer.');
    throw error;
  } finally {
    clearTimeout(late);
  }
}

// --- the rows ---------------------------------------------------------------

// Heights are compared within a row alone; `top` is the least that its line has
// room for.
function draw({ item, past }, top) {
  const told = past.filter((point) => point);
  const low = told.reduce((a, b) => b.height < a.height ? b : a);
  const high = told.reduce((a, b) => b.height > a.height ? b : a);
  const scale = (HEIGHT - 2) / (Math.max(top, high.height) || 1);
  let path = '';
  past.forEach((point, i) => {
    if (point)
      path += `${past[i - 1] ? 'L' : 'M'}${POINTS - past.length + i} ` +
        `${HEIGHT - 1 - point.height * scale}`;
  });
  item.querySelector('path').setAttribute('d', path);
  put(item.querySelector('title'),
    `In ${told.length} looks, lowest: ${low.words}; highest: ${high.words}`);
}

function remember(row, point) {
  row.past.push(point);
  if (row.past.length > POINTS)
    row.past.shift();
}

// Rows of a type stand together, in the order in which they first came.
function show(type, series, help, height, words, top = 0) {
  let row = rows.get(series);
  if (!row) {
    const item = find('row').content.firstElementChild.cloneNode(true);
    find(type).append(item);
    item.querySelector('code').textContent = series;
    row = { item, past: [] };
    rows.set(series, row);
  }
  row.look = looks;
  put(row.item.querySelector('span'), help);
  put(row.item.querySelector('td'), words);
  remember(row, { height, words: words.replaceAll('\n', ', ') });
  draw(row, top);
}

// The lines break where there was nothing to see.
function breakLines() {
  for (const row of rows.values())
    remember(row, null);
}

// --- what the numbers mean --------------------------------------------------

function showGauge({ name, HELP, values }, families) {
  const whole = families.get(name.replace(/_busy$/, ''));
  for (const [series, value] of values)
    if (!whole || whole.name === name)
      show('gauge', series, HELP, value, `${value}`);
    else {
      const all = whole.values.get(series.replace(name, whole.name));
      show('gauge', series, `${whole.HELP} ${HELP}`, value,
        `${value} of ${all}`, all);
    }
}

// By how much the series have grown since the look before, together those that
// `part` gives one name. One that has fallen began again, at 0.
function growth({ name, values }, part) {
  const old = before.families.get(name)?.values ?? new Map();
  const grown = new Map();
  for (const [series, value] of values) {
    const was = old.get(series) ?? 0;
    const more = value < was ? value : value - was;
    grown.set(part(series), (grown.get(part(series)) ?? 0) + more);
  }
  return grown;
}

function showCounter(family, seconds) {
  const classes = growth(family, (series) =>
    series.replace(/\{.*status="(\d).*\}/, '{status="$1xx"}'));
  for (const [series, grown] of classes) {
    const rate = grown / seconds;
    show('counter', series, family.HELP, rate,
      `${rate.toFixed(rate < 10 ? 1 : 0)} a second`);
  }
}

const time = (seconds) => seconds < 1
  ? `${Number((seconds * 1000).toPrecision(2))} ms`
  : `${Number(seconds.toPrecision(2))} s`;

// A bucket is known by its bound, and holds all that took no longer. The text
// has them in order; the last, +Inf, holds all. Of a duration its bucket is all
// that is known: so the line goes by the number of the one that holds 99 %.
function showHistogram(family, seconds) {
  const grown = growth(family, (series) =>
    /\ble="([^"]+)"/.exec(series)?.[1] ?? /_(sum|count)/.exec(series)[1]);
  const { sum, count } = Object.fromEntries(grown);
  const bounds = [...grown.keys()].slice(0, -2); // behind them: sum, count
  if (!count) {
    show('histogram', family.name, family.HELP, 0, 'none', bounds.length - 1);
    return;
  }
  const holds = (share) =>
    bounds.findIndex((bound) => grown.get(bound) >= share * count);
  const within = (i) => bounds[i] === '+Inf'
    ? `> ${time(Number(bounds[i - 1]))}` : `≤ ${time(Number(bounds[i]))}`;
  show('histogram', family.name, family.HELP, holds(0.99),
    `half: ${within(holds(0.5))}\n99 %: ${within(holds(0.99))}\n` +
    `in all: ${time(sum / seconds)} a second`, bounds.length - 1);
}

function showAll(now) {
  const seconds = before && (now.at - before.at) / 1000;
  looks++;
  for (const family of now.families.values()) {
    if (family.name.startsWith('process_'))
      continue;
    if (family.TYPE === 'gauge' && !now.families.has(`${family.name}_busy`))
      showGauge(family, now.families);
    else if (family.TYPE === 'counter' && before)
      showCounter(family, seconds);
    else if (family.TYPE === 'histogram' && before)
      showHistogram(family, seconds);
  }
  for (const [series, { item, look }] of rows)
    if (look !== looks && before) { // the server tells it no longer
      item.remove();
      rows.delete(series);
    }
  before = now;
  put(find('looks'), `${looks}`);
}

// --- again and again --------------------------------------------------------

async function look() {
  const at = performance.now();
  let families;
  try {
    families = await ask();
  } catch (error) {
    before = null;
    breakLines();
    find('rows').classList.add('old');
    showState('no answer…', `${error.message} This page asks again.`);
    return;
  }
  showAll({ at, families });
  find('rows').classList.remove('old');
  showState(paused ? 'paused' : 'live');
}

const rests = () => document.hidden || paused;

async function lookAgain() {
  for (;;) {
    await look();
    await new Promise((resolve) => { setTimeout(resolve, EVERY_MS); });
    if (rests())
      breakLines();
    while (rests())
      await new Promise((resolve) => { wake = resolve; });
  }
}

document.addEventListener('visibilitychange', () => wake());

find('pause').addEventListener('click', ({ target }) => {
  paused = !paused;
  target.ariaPressed = `${paused}`;
  showState(paused ? 'paused' : 'connecting…');
  wake();
});

lookAgain();
