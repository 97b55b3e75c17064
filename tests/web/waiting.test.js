// GET /waiting, in a browser: requests are held in the server, and the page
// says so. The clock of the page stands still, and the tests move it: the page
// looks when they say so, and each second of its is a whole one.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import {
  barriers, dress, openBrowser, overhang, show, takePicture,
} from './browser.js';
import { ask, programs, sendTodo, startServer } from './server.js';

const looks = {
  'light': { width: 1280, colorScheme: 'light' },
  'dark': { width: 1280, colorScheme: 'dark' },
  'slim-light': { width: 360, colorScheme: 'light' },
  'slim-dark': { width: 360, colorScheme: 'dark' },
};

// What is seen of those that are held, in each of the servers.
const held = {
  'todo-sync': {
    nobody: { 'todo_threads_busy': '1 of 64', 'todo_writers_waiting': '0' },
    three: { 'todo_threads_busy': '4 of 64', 'todo_writers_waiting': '2' },
  },
  'todo-async': {
    nobody: { 'todo_jobs{queue="write"}': '0',
      'todo_store_threads_busy': '0 of 4' },
    three: { 'todo_jobs{queue="write"}': '3',
      'todo_store_threads_busy': '1 of 4' },
  },
};

const inFlight = 'http_requests_in_flight';
const gone = [/ERR_CONNECTION_REFUSED/, /\/metrics$/];

let browser;
before(async () => {
  browser = await openBrowser();
  await browser.context.clock.install({ time: 0 });
  await browser.context.clock.pauseAt(1000);
});
after(async () => { await browser?.close(); });

const pass = (ms) => browser.context.clock.runFor(ms);
const row = (page, series) => page.locator('#rows tr',
  { has: page.getByText(series, { exact: true }) });
const value = (page, series) =>
  row(page, series).locator('td').first().innerText();
const hasLooked = (page, times) =>
  page.locator('#looks').getByText(`${times}`, { exact: true }).waitFor();
const says = (page, words) =>
  page.locator('#said', { hasText: words }).waitFor();
const isIn = (page, state) =>
  page.locator('#state').getByText(state, { exact: true }).waitFor();

async function lookAgain(page) {
  const times = Number(await page.textContent('#looks'));
  await pass(1000);
  await hasLooked(page, times + 1);
}

// Runs `look` with a page that has looked once.
function showWaiting(server, look, expected) {
  return show(browser.context, `${server.url}/waiting`, async (page) => {
    await hasLooked(page, 1);
    await look(page);
  }, expected);
}

// It becomes so: a thread that has answered has a step or two to go.
async function becomes(page, wanted) {
  const deadline = Date.now() + 30000;
  for (;;) {
    const seen = {};
    for (const series of Object.keys(wanted))
      seen[series] = await value(page, series);
    if (Date.now() > deadline)
      assert.deepEqual(seen, wanted);
    if (Object.keys(wanted).every((name) => seen[name] === wanted[name]))
      return;
    await lookAgain(page);
  }
}

// Three clients create todos; the first one holds the others up.
async function holdWriters(server) {
  await server.gates('hold store.commit');
  const answers = [];
  for (let i = 1; i <= 3; i++) {
    answers.push(sendTodo(`${server.url}/todos`, 'POST', { title: `${i}` }));
    await server.gates(i === 1 ? 'await store.commit 1'
      : `waiting keeper.write ${i}`);
  }
  return async () => {
    await server.gates('release store.commit');
    for (const { status } of await Promise.all(answers))
      assert.equal(status, 201);
  };
}

// The page's clock goes on meanwhile: axe sleeps by it.
async function hasNoBarriers(page) {
  let done = false;
  const found = barriers(page, 'html').finally(() => { done = true; });
  while (!done)
    await pass(1);
  assert.deepEqual(await found, []);
}

// The page reads these texts, one after the other, instead of the server's.
async function showTexts(server, texts, look) {
  await browser.context.route('**/metrics', (route) =>
    route.fulfill({ body: texts.length > 1 ? texts.shift() : texts[0] }));
  try {
    await showWaiting(server, look);
  } finally {
    await browser.context.unroute('**/metrics');
  }
}

// One family as a server writes it.
const family = (name, type, help, ...lines) => [
  `# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines, ''].join('\n');

const gauge = (name, help, number) =>
  family(name, 'gauge', help, `${name} ${number}`);

// Of a histogram with one label: what each bucket holds, and how many seconds.
function buckets(seconds, ...counts) {
  const bounds = ['0.001', '0.25', '2.5', '+Inf'];
  return family('x_seconds', 'histogram', 'How long.',
    ...bounds.map((le, i) => `x_seconds_bucket{a="b",le="${le}"} ${counts[i]}`),
    `x_seconds_sum{a="b"} ${seconds}`,
    `x_seconds_count{a="b"} ${counts.at(-1)}`);
}

for (const name of Object.keys(programs))
  describe(`/waiting of ${name}`, () => {
    let server;

    before(async () => {
      server = await startServer(name, { viewer: false, gated: true });
    });

    after(() => server?.stop());

    test('those that wait appear, and go', () =>
      showWaiting(server, async (page) => {
        const { nobody, three } = held[name];
        await becomes(page, { ...nobody, [inFlight]: '1' });
        const letGo = await holdWriters(server);
        await becomes(page, { ...three, [inFlight]: '4' });
        await letGo();
        await becomes(page, { ...nobody, [inFlight]: '1' });
        const title = row(page, inFlight).locator('title');
        assert.match(await title.textContent(),
          /^In \d+ looks, lowest: 1; highest: 4$/);
      }));

    test('whatever the server tells has a row, in its words', () =>
      showWaiting(server, async (page) => {
        await lookAgain(page);
        const { text } = await ask(`${server.url}/metrics`);
        const words = await page.innerText('#rows');
        const told = [...text.matchAll(/^# HELP (\w+) (.+)$/gm)]
          .filter(([, what]) => !what.startsWith('process_'));
        assert.ok(told.length > 8);
        for (const [, what, help] of told) {
          assert.ok(words.includes(what), what);
          assert.ok(words.includes(help), help);
        }
        assert.ok(!words.includes('process_'));
      }));

    test('requests are counted by the second and the class of status', () =>
      showWaiting(server, async (page) => {
        for (let i = 0; i < 5; i++)
          await ask(`${server.url}/nothing-here`);
        await pass(1000);
        await hasLooked(page, 2);
        assert.equal(await value(page, 'http_requests_total{status="4xx"}'),
          '5.0 a second');
        await lookAgain(page);
        assert.equal(await value(page, 'http_requests_total{status="4xx"}'),
          '0.0 a second');
      }));

    test('a number that nobody knew of is shown', () =>
      showTexts(server, [
        gauge('todo_cups', 'Cups there are.', 7) +
        gauge('todo_cups_busy', 'Cups with tea.', 2) +
        gauge('todo_lids_busy', '<b>Lids</b>.', 1),
      ], async (page) => {
        assert.equal(await value(page, 'todo_cups_busy'), '2 of 7');
        assert.equal(await value(page, 'todo_lids_busy'), '1');
        const words = await page.innerText('#rows');
        assert.ok(words.includes('Cups there are. Cups with tea.'));
        assert.ok(words.includes('<b>Lids</b>.'));
        assert.equal(await page.locator('#rows tr code').count(), 2);
      }));

    test('durations are those since the look before', () =>
      showTexts(server, [
        buckets(1, 10, 10, 10, 10), buckets(1, 10, 10, 10, 10),
        buckets(2, 70, 109, 110, 110), buckets(2, 70, 109, 110, 114),
      ], async (page) => {
        await lookAgain(page);
        assert.equal(await value(page, 'x_seconds'), 'none');
        await lookAgain(page);
        assert.equal(await value(page, 'x_seconds'),
          'half: ≤ 1 ms\n99 %: ≤ 250 ms\nin all: 1 s a second');
        await lookAgain(page);
        assert.equal(await value(page, 'x_seconds'),
          'half: > 2.5 s\n99 %: > 2.5 s\nin all: 0 ms a second');
      }));

    test('a counter that fell began again', () => {
      const count = (number) => family('x_total', 'counter', 'Any.',
        `x_total{status="200"} ${number}`);
      return showTexts(server, [count(9), count(12), count(2)],
        async (page) => {
          for (const rate of ['3.0', '2.0']) {
            await lookAgain(page);
            assert.equal(await value(page, 'x_total{status="2xx"}'),
              `${rate} a second`);
          }
        });
    });

    test('a server that comes back is found', async () => {
      const mine = await startServer(name, { viewer: false });
      let again;
      try {
        await showWaiting(mine, async (page) => {
          await ask(`${mine.url}/nothing-here`);
          await lookAgain(page);
          await mine.stop();
          await pass(1000);
          await says(page, 'The server does not answer.');
          await isIn(page, 'no answer…');
          await hasNoBarriers(page);
          await takePicture(page, `${name}-waiting-gone`);
          again = await startServer(name, { port: mine.port, viewer: false });
          await lookAgain(page);
          await isIn(page, 'live');
          assert.equal(await page.textContent('#said'), '');
          await lookAgain(page);
          assert.equal(await value(page, 'http_requests_total{status="2xx"}'),
            '1.0 a second');
          assert.equal(
            await row(page, 'http_requests_total{status="4xx"}').count(), 0);
        }, gone);
      } finally {
        await again?.stop();
      }
    });

    test('a server that is too busy is asked again', () =>
      showWaiting(server, async (page) => {
        await page.route('**/metrics', (route) => route.fulfill(
          { status: 503, json: { detail: 'Too busy.' } }), { times: 1 });
        await pass(1000);
        await says(page, 'The server answers 503.');
        await lookAgain(page);
        await isIn(page, 'live');
      }, [/status of 503/]));

    test('one look at a time, and none that lasts for ever', async () => {
      let asked = 0;
      await showWaiting(server, async (page) => {
        const comes = new Promise((resolve) => {
          page.route('**/metrics', (route) => { // the first is never answered
            if (++asked > 1)
              route.continue();
            resolve();
          });
        });
        await pass(1000);
        await comes;
        await pass(4900);
        assert.equal(asked, 1);
        await pass(100);
        await says(page, 'The server has not answered for 5 seconds.');
        await lookAgain(page);
        assert.equal(asked, 2);
        await isIn(page, 'live');
      }, gone);
    });

    test('a page that nobody sees asks for nothing', () =>
      showWaiting(server, async (page) => {
        let asked = 0;
        page.on('request', () => { asked++; });
        const turn = (hidden) => page.evaluate((value) => {
          Object.defineProperty(document, 'hidden',
            { value, configurable: true });
          document.dispatchEvent(new Event('visibilitychange'));
        }, hidden);
        await turn(true);
        await pass(10000);
        assert.equal(asked, 0);
        await turn(false);
        await hasLooked(page, 2);
        assert.equal(asked, 1);
      }));

    test('the keyboard stops it, and lets it go on', () =>
      showWaiting(server, async (page) => {
        await page.locator('.course a').focus();
        await page.keyboard.press('Tab');
        await page.keyboard.press('Enter');
        await isIn(page, 'paused');
        await page.locator('[aria-pressed="true"]').waitFor();
        await pass(10000);
        assert.equal(await page.textContent('#looks'), '1');
        await page.keyboard.press('Space');
        await hasLooked(page, 2);
        await isIn(page, 'live');
      }));

    for (const [look, how] of Object.entries(looks))
      test(`it suits a screen that is ${look}`, () =>
        showWaiting(server, async (page) => {
          await dress(page, how);
          await becomes(page, held[name].nobody);
          const letGo = await holdWriters(server);
          try {
            await becomes(page, held[name].three);
            await hasNoBarriers(page);
            assert.equal(await overhang(page), 0);
            await takePicture(page, `${name}-waiting-${look}`);
          } finally {
            await letGo();
          }
        }));
  });

test('neither a token nor a limit is in the way', async () => {
  for (const name of Object.keys(programs)) {
    const server = await startServer(name,
      { viewer: false, more: ['--auth', '--rate-limit', '3'] });
    await showWaiting(server, async (page) => {
      for (let i = 0; i < 10; i++)
        await lookAgain(page);
      await isIn(page, 'live');
    });
    await server.stop();
  }
});

test('the pages of both differ in what a server says of itself', async () => {
  const texts = [];
  for (const name of Object.keys(programs)) {
    const server = await startServer(name, { viewer: false });
    const { text } = await ask(`${server.url}/waiting`);
    texts.push(text.replaceAll(name, 'NAME')
      .replace(/fill='\w+'/, 'fill')
      .replace(/(<p class="room">).+(<\/p>)/, '$1$2'));
    await server.stop();
  }
  assert.equal(texts[0], texts[1]);
});
