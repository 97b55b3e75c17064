// common/pages/live.js - the script of GET /live: a list of todos, and the
// stream of what happens to them.
//
// A window that reads the list first misses what happens before its stream
// begins. So the stream is opened first. What it tells while the list is on
// its way is kept, and applied to the list afterwards. Nothing is lost: the
// list is read after the stream began. Some of what was kept is in the list
// already, and may set a todo back for a moment; but what came after it is an
// event too, comes later in the same order, and has the last word.
//
// Only the list and the events change what is shown. What this window does is
// sent to the server, and comes back as an event, like anybody else's.
//
// A server that runs with --auth sends a form along that asks for a name and a
// password. The token that they give stays in this window's memory: no other
// page, no file and no URL has it, and it is gone with the window.
'use strict';

const FIRST_PAGE = './todos?limit=1000';
const AGAIN_MS = 2000;
const EVENTS_SHOWN = 8;
const CHANGED = 'Somebody else changed this todo first (412). Look at what ' +
  'it is now; then try again.';

const find = (id) => document.getElementById(id);
const list = find('todos');
const items = new Map(); // by id: the <li>, with the todo in its member todo
const lessMotion = matchMedia('(prefers-reduced-motion: reduce)');

const login = find('login'); // null where no token is needed

let token = null;
let stream;
let numbered; // the stream has told a number: it can resume from there
let kept = null; // events that came while the list is on its way
let loads = 0;

const say = (words) => { find('said').textContent = words; };

function showState(words) {
  find('state').textContent = words;
  find('state').className = words === 'live' ? 'on' : '';
}

// --- the list ---------------------------------------------------------------

function addItem(id) {
  const item = find('item').content.firstElementChild.cloneNode(true);
  let after = list.firstElementChild; // most are new, and come first
  while (after && after.todo.id > id)
    after = after.nextElementSibling;
  if (after)
    after.before(item);
  else
    list.append(item);
  items.set(id, item);
  return item;
}

function put(todo) {
  const item = items.get(todo.id) || addItem(todo.id);
  item.todo = todo;
  item.querySelector('input').checked = todo.completed;
  // textContent: a title is text, whatever stands in it.
  item.querySelector('span').textContent = todo.title;
  item.querySelector('button').ariaLabel = `Delete ${todo.title}`;
  return item;
}

function remove(id) {
  const item = items.get(id);
  if (!item)
    return;
  if (item.contains(document.activeElement)) { // the keyboard stays near
    const near = item.nextElementSibling || item.previousElementSibling;
    (near ? near.querySelector('input') : find('title')).focus();
  }
  item.remove();
  items.delete(id);
}

// Reads the list, page by page, then applies what was kept.
async function load() {
  const mine = ++loads;
  const todos = [];
  kept = [];
  list.ariaBusy = 'true';
  try {
    for (let page = FIRST_PAGE; page;) {
      const answer = await ask('GET', page);
      todos.push(...await answer.json());
      const next = /<([^>]*)>; rel="next"/.exec(answer.headers.get('Link'));
      page = next && `./todos${new URL(next[1]).search}`;
    }
  } catch (error) {
    if (mine === loads)
      beginAgain(error.message);
    return;
  }
  if (mine !== loads)
    return; // a later one is on its way
  const there = new Set(todos.map(({ id }) => id));
  for (const id of [...items.keys()])
    if (!there.has(id))
      remove(id);
  todos.forEach(put);
  list.ariaBusy = 'false';
  const events = kept;
  kept = null;
  events.forEach(hear);
}

// --- the stream -------------------------------------------------------------

function tell(number, words) {
  const line = document.createElement('li');
  const mark = document.createElement('b');
  mark.textContent = number;
  line.append(mark, ` ${words}`);
  find('events').prepend(line);
  while (find('events').childElementCount > EVENTS_SHOWN)
    find('events').lastElementChild.remove();
}

// Shows a change; gives it in words.
function apply(kind, change) {
  const item = items.get(change.id);
  switch (kind) {
  case 'deleted':
    remove(change.id);
    return `deleted: ${item ? item.todo.title : `todo ${change.id}`}`;
  case 'cleared':
    if (change.completed === null)
      [...items.keys()].forEach(remove);
    else // goes in steps; what was ticked behind its back is still there
      load();
    return `cleared: ${{ null: 'all', true: 'what was done',
      false: 'what was not done' }[change.completed]}`;
  case 'reset':
    load();
    return 'reset: too much was missed, the list is read again';
  default: // created, updated, due
    if (!lessMotion.matches)
      put(change).animate({ backgroundColor: ['var(--news)', 'transparent'] },
        1500);
    else
      put(change);
    return `${kind}: ${change.title}${change.completed ? ' (done)' : ''}`;
  }
}

function hear(event) {
  numbered = true;
  if (kept && event.type !== 'reset') {
    kept.push(event);
    return;
  }
  find('number').textContent = event.lastEventId;
  tell(event.lastEventId, apply(event.type, JSON.parse(event.data)));
}

// An EventSource cannot send a token. So with one the stream is read by fetch,
// and what EventSource does by itself is done here, as far as this page needs
// it (HTML standard, section "Server-sent events").
class TokenStream extends EventTarget {
  #path;
  #lastEventId = '';
  #aborter = new AbortController();
  readyState = EventSource.CONNECTING;

  constructor(path) {
    super();
    this.#path = path;
    this.#run();
  }

  close() {
    this.readyState = EventSource.CLOSED;
    this.#aborter.abort();
  }

  // Until it is closed: a line that broke is opened again.
  async #run() {
    while (this.readyState !== EventSource.CLOSED) {
      await this.#read().catch(() => {});
      if (this.readyState === EventSource.OPEN)
        this.readyState = EventSource.CONNECTING;
      if (!this.#aborter.signal.aborted)
        this.onerror();
      await new Promise((resolve) => { setTimeout(resolve, AGAIN_MS); });
    }
  }

  async #read() {
    const headers = { Accept: 'text/event-stream', ...credentials() };
    if (this.#lastEventId)
      headers['Last-Event-ID'] = this.#lastEventId;
    const answer = await fetch(this.#path,
      { headers, cache: 'no-store', signal: this.#aborter.signal });
    if (answer.status === 401)
      signOut();
    if (!answer.ok) {
      this.readyState = EventSource.CLOSED;
      return;
    }
    this.readyState = EventSource.OPEN;
    this.onopen();
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    for (let piece; !(piece = await reader.read()).done;) {
      const events = (text + piece.value).split('\n\n');
      text = events.pop(); // its end is still to come
      events.forEach((event) => this.#tell(event));
    }
  }

  #tell(text) {
    const found = {};
    for (const line of text.split('\n')) {
      const colon = line.indexOf(': ');
      if (colon > 0) // a comment begins with it
        found[line.slice(0, colon)] = line.slice(colon + 2);
    }
    this.#lastEventId = found.id ?? this.#lastEventId;
    if (found.event)
      this.dispatchEvent(new MessageEvent(found.event,
        { data: found.data, lastEventId: this.#lastEventId }));
  }
}

function begin() {
  stream = login ? new TokenStream('./todos/events')
    : new EventSource('./todos/events');
  numbered = false;
  stream.onopen = () => {
    showState('live');
    say('');
    // With a number the browser asks for what came after it, and no event is
    // lost. Without one, what happened meanwhile is told by nobody.
    if (!numbered)
      load();
  };
  stream.onerror = () => {
    showState('reconnecting…');
    // A line that broke is opened again by the browser; an answer other than
    // 200, such as that of a server that stops, ends it for good.
    if (stream.readyState === EventSource.CLOSED)
      beginAgain('The server takes no stream now. This page tries again.');
  };
  for (const kind of ['created', 'updated', 'deleted', 'cleared', 'due',
    'reset'])
    stream.addEventListener(kind, hear);
  stream.addEventListener('bye', () => {
    say('The server has stopped. The browser tries again by itself.');
    tell('–', 'bye: the server stops');
  });
}

function beginAgain(why) {
  stream.close();
  if (login && !token)
    return; // the form begins again
  showState('reconnecting…');
  say(why);
  setTimeout(begin, AGAIN_MS);
}

// --- what the user does -----------------------------------------------------

const credentials = () => token ? { Authorization: `Bearer ${token}` } : {};

// The token holds no longer, or there is none yet. What was shown is its
// user's: it goes, too.
function signOut() {
  token = null;
  loads++; // a list on its way is nobody's
  [...items.keys()].forEach(remove);
  find('events').replaceChildren();
  list.ariaBusy = 'true';
  showState('connecting…');
  document.querySelector('main').classList.add('out');
  find('name').focus();
  stream?.close();
}

function signIn(given) {
  token = given;
  login.reset();
  document.querySelector('main').classList.remove('out');
  find('title').focus();
  begin();
}

// Gives the answer; throws an Error in words when it is no success.
async function ask(method, path, body, headers = {}) {
  if (body)
    headers['Content-Type'] = 'application/json';
  Object.assign(headers, credentials());
  let answer;
  try {
    answer = await fetch(path, { method, headers, cache: 'no-store',
      body: body && JSON.stringify(body) });
  } catch {
    throw new Error('The server does not answer.');
  }
  if (answer.ok)
    return answer;
  if (answer.status === 412)
    throw new Error(CHANGED);
  if (answer.status === 401)
    signOut();
  const { detail, errors } = await answer.json()
    .catch(() => ({ detail: answer.statusText })); // not all speak JSON
  throw new Error(`${errors ? errors[0].detail : detail} (${answer.status})`);
}

// Changes what is shown, and nothing newer: If-Match names that version by its
// ETag. Neither the list nor the events have ETags, so the todo is read before,
// and must still be as it was when the user looked at it.
async function change(item, method, body) {
  const seen = item.todo;
  const path = `./todos/${seen.id}`;
  say('');
  try {
    const answer = await ask('GET', path);
    if (JSON.stringify(await answer.json()) !== JSON.stringify(seen))
      throw new Error(CHANGED);
    await ask(method, path, body, { 'If-Match': answer.headers.get('ETag') });
  } catch (error) {
    say(error.message);
    item.querySelector('input').checked = item.todo.completed;
  }
}

list.addEventListener('change', ({ target }) =>
  change(target.closest('li'), 'PATCH', { completed: target.checked }));

list.addEventListener('click', ({ target }) => {
  if (target.closest('button'))
    change(target.closest('li'), 'DELETE');
});

find('add').addEventListener('submit', async (event) => {
  event.preventDefault();
  say('');
  try {
    await ask('POST', './todos', { title: find('title').value });
    find('add').reset();
  } catch (error) {
    say(error.message);
  }
});

login?.addEventListener('submit', async (event) => {
  event.preventDefault();
  const account = { name: find('name').value, password: find('password').value };
  say('');
  try {
    if (event.submitter === find('join'))
      await ask('POST', './users', account);
    const answer = await ask('POST', './tokens', account);
    signIn((await answer.json()).access_token);
  } catch (error) {
    say(error.message);
  }
});

if (!login)
  begin();
