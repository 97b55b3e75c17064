// GET /live, in a browser: one window on each server, both on one database.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';

import {
  barriers, dress, openBrowser, overhang, show, takePicture,
} from './browser.js';
import { add, beforeNext, hides, isLive, says, shows, titles, todo }
  from './live_window.js';
import { ask, programs, sendTodo, startServer } from './server.js';

const looks = {
  'light': { width: 1200, colorScheme: 'light' },
  'dark': { width: 1200, colorScheme: 'dark' },
  'narrow-light': { width: 600, colorScheme: 'light' },
  'narrow-dark': { width: 600, colorScheme: 'dark' },
  'slim': { width: 320, colorScheme: 'light' },
};

let browser;
before(async () => { browser = await openBrowser(); });
after(async () => { await browser?.close(); });

// Runs `look` with a page that is live.
function showLive(server, look, expected) {
  return show(browser.context, `${server.url}/live`, async (page) => {
    await isLive(page);
    await look(page);
  }, expected);
}

async function create({ url }, members) {
  const answer = await sendTodo(`${url}/todos`, 'POST', members);
  assert.equal(answer.status, 201);
  return JSON.parse(answer.text);
}

async function clear({ url }, query = '') {
  assert.equal((await ask(`${url}/todos${query}`, 'DELETE')).status, 204);
}

for (const [name, otherName] of
  [Object.keys(programs), Object.keys(programs).reverse()])
  describe(`/live of ${name}, beside ${otherName}`, () => {
    let folder;
    let db;
    let server;
    let other;

    before(async () => {
      folder = mkdtempSync(path.join(tmpdir(), 'todo-live-'));
      db = path.join(folder, 'todos.db');
      server = await startServer(name, { db, viewer: false });
      other = await startServer(otherName, { db, viewer: false });
    });

    after(async () => {
      await server?.stop();
      await other?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    beforeEach(() => clear(server));

    test('what is done in one window appears in the other', () =>
      showLive(server, (here) => showLive(other, async (there) => {
        await add(here, 'Buy milk');
        await shows(there, 'Buy milk');
        await todo(there, 'Buy milk').getByRole('checkbox').check();
        await todo(here, 'Buy milk').locator(':checked').waitFor();
        await add(there, 'Buy bread');
        await shows(here, 'Buy bread');
        await todo(here, 'Buy milk').getByRole('button').click();
        await hides(there, 'Buy milk');
        await hides(here, 'Buy milk');
        for (const page of [here, there]) {
          assert.deepEqual(await titles(page), ['Buy bread']);
          const words = await page.locator('#events li').allTextContents();
          assert.deepEqual(words.map((line) => line.replace(/^\d+ /, '')),
            ['deleted: Buy milk', 'created: Buy bread',
              'updated: Buy milk (done)', 'created: Buy milk']);
          assert.equal(await page.textContent('#number'),
            await page.locator('#events b').first().textContent());
        }
      })));

    test('a title is text, whatever stands in it', () =>
      showLive(server, (here) => showLive(other, async (there) => {
        const title = '<img src=x onerror="document.title=1"><b>& &amp;</b>';
        await add(here, title);
        for (const page of [here, there]) {
          await shows(page, title);
          assert.equal(await page.locator('main img').count(), 0);
          assert.equal(await page.locator('#todos b').count(), 0);
          assert.equal(await page.title(), 'Live');
        }
      })));

    test('all pages of a long list are shown, the newest first', async () => {
      const wanted = Array.from({ length: 1003 }, (_, i) => `todo ${i}`);
      for (const title of wanted)
        await create(server, { title });
      await showLive(server, async (page) => {
        assert.deepEqual(await titles(page), wanted.reverse());
      });
    });

    test('nothing is lost between the stream and the list', async () => {
      await create(server, { title: 'old' });
      const page = await browser.context.newPage();
      // The list stands still while one todo goes, one comes, one comes and
      // goes, and one is changed: some of it the list has, some it has not.
      await beforeNext(page, 'GET', '**/todos?*', async () => {
        await clear(server);
        const kept = await create(other, { title: 'kept' });
        const gone = await create(server, { title: 'gone' });
        await ask(gone.url, 'DELETE');
        await sendTodo(kept.url, 'PATCH', { completed: true });
      });
      try {
        await page.goto(`${server.url}/live`);
        await isLive(page);
        await todo(page, 'kept').locator(':checked').waitFor();
        await page.getByText('updated: kept (done)').waitFor();
        assert.deepEqual(await titles(page), ['kept']);
        assert.equal(await page.locator('#events li').count(), 5);
      } finally {
        await page.close();
      }
    });

    test('a change behind the list is shown in the end', async () => {
      const page = await browser.context.newPage();
      await page.addInitScript(() => {
        window.EventSource = class extends EventSource {
          constructor(url) {
            super(url);
            this.addEventListener('updated', () => { window.heard = true; });
          }
        };
      });
      const read = new Promise((resolve) => {
        page.route('**/todos?*', async (route) => {
          const response = await route.fetch(); // the list as it is now ...
          resolve(() => route.fulfill({ response })); // ... arrives later
        });
      });
      try {
        const { url } = await create(server, { title: 'before' });
        await page.goto(`${server.url}/live`);
        const release = await read;
        await sendTodo(url, 'PATCH', { title: 'after' });
        await page.waitForFunction(() => window.heard);
        await release();
        await shows(page, 'after');
        assert.deepEqual(await titles(page), ['after']);
      } finally {
        await page.close();
      }
    });

    for (const [query, left] of
      [['', []], ['?completed=true', ['open']], ['?completed=false', ['done']]])
      test(`clear ${query || 'without a filter'} is shown`, async () => {
        await create(server, { title: 'open' });
        await create(server, { title: 'done', completed: true });
        await showLive(server, (here) => showLive(other, async (there) => {
          await clear(server, query);
          for (const page of [here, there]) {
            await page.getByText(/^\d+ cleared: /).waitFor();
            for (const title of ['open', 'done'])
              await (left.includes(title) ? shows : hides)(page, title);
          }
        }));
      });

    test('what is due is told', async () => {
      await showLive(server, (here) => showLive(other, async (there) => {
        await create(server,
          { title: 'late', due_at: '2001-01-01T00:00:00Z' });
        for (const page of [here, there])
          await page.getByText(/^\d+ due: late/).waitFor();
      }));
    });

    test('a server that comes back is found, and nothing is lost', async () => {
      const mine = await startServer(name, { db, viewer: false });
      let again;
      try {
        await showLive(mine, async (page) => {
          await add(page, 'before');
          await mine.stop();
          await says(page, 'The server has stopped.');
          await page.getByText('bye: the server stops').waitFor();
          await page.getByText('reconnecting…').waitFor();
          await create(other, { title: 'meanwhile' });
          await takePicture(page, `${name}-live-gone`);
          again = await startServer(name, { db, port: mine.port });
          await isLive(page);
          await shows(page, 'meanwhile');
          await page.getByText('created: meanwhile').waitFor();
          assert.equal(await page.textContent('#said'), '');
          await create(again, { title: 'after' });
          await shows(page, 'after');
          assert.deepEqual(await titles(page),
            ['after', 'meanwhile', 'before']);
        }, [/ERR_CONNECTION_REFUSED/, /\/todos\/events$/]);
      } finally {
        await again?.stop();
      }
    });

    for (const [what, words] of [
      ['stream', 'The server takes no stream now.'],
      ['list', 'Too busy. (503)']])
      test(`a ${what} that is refused is asked for again`, async () => {
        await create(server, { title: 'Buy milk' });
        const page = await browser.context.newPage();
        const asked = { stream: 0, list: 0 };
        let goOn;
        const seen = new Promise((resolve) => { goOn = resolve; });
        const answer = (of) => async (route) => {
          if (++asked[of] === 1 && of === what)
            return route.fulfill(
              { status: 503, json: { detail: 'Too busy.' } });
          if (of === 'stream' && asked.stream === 2)
            await seen; // once it is open, the words are gone
          return route.continue();
        };
        await page.route('**/todos/events', answer('stream'));
        await page.route('**/todos?*', answer('list'));
        try {
          await page.goto(`${server.url}/live`);
          await says(page, words);
          await page.getByText('reconnecting…').waitFor();
          goOn();
          await isLive(page);
          await shows(page, 'Buy milk');
          assert.deepEqual(asked,
            { stream: 2, list: what === 'list' ? 2 : 1 });
          assert.equal(await page.textContent('#said'), '');
        } finally {
          await page.close();
        }
      });

    test('another database behind the same port is a reset', async () => {
      const mine = await startServer(name, { db, viewer: false });
      let again;
      try {
        await showLive(mine, async (page) => {
          await add(page, 'of the first');
          await mine.stop();
          again = await startServer(name, { port: mine.port });
          await page.getByText(/^0 reset: /).waitFor();
          await hides(page, 'of the first');
          await create(again, { title: 'of the second' });
          await shows(page, 'of the second');
        }, [/ERR_CONNECTION_REFUSED/, /\/todos\/events$/]);
      } finally {
        await again?.stop();
      }
    });

    test('who looks at an old todo changes nothing, and is told', async () => {
      const { url } = await create(server, { title: 'Buy milk' });
      await showLive(server, async (page) => {
        const change = () => sendTodo(url, 'PATCH', { title: 'Buy oat milk' });
        // Between the read and the write of the page comes somebody else.
        await beforeNext(page, 'PATCH', '**/todos/*', change);
        await todo(page, 'Buy milk').getByRole('checkbox').click();
        await says(page, 'Somebody else changed this todo first (412).');
        await shows(page, 'Buy oat milk');
        await takePicture(page, `${name}-live-412`);
        assert.equal(
          await todo(page, 'Buy oat milk').getByRole('checkbox').isChecked(),
          false);
      }, [/status of 412/]);
      const { title, completed } = JSON.parse((await ask(url)).text);
      assert.deepEqual({ title, completed },
        { title: 'Buy oat milk', completed: false });
    });

    test('what the window has not heard of is not deleted', async () => {
      const { url } = await create(server, { title: 'Buy milk' });
      await showLive(server, async (page) => {
        await beforeNext(page, 'GET', '**/todos/*', () =>
          sendTodo(url, 'PATCH', { title: 'Buy oat milk' }));
        await todo(page, 'Buy milk').getByRole('button').click();
        await says(page, 'Somebody else changed this todo first (412).');
      });
      assert.equal((await ask(url)).status, 200);
    });

    test('a tick that does not come through is taken back', async () => {
      await create(server, { title: 'Buy milk' });
      await showLive(server, async (page) => {
        await page.route('**/todos/*', (route) =>
          route.request().method() === 'PATCH' ? route.abort()
            : route.continue());
        await todo(page, 'Buy milk').getByRole('checkbox').click();
        await says(page, 'The server does not answer.');
        assert.equal(
          await todo(page, 'Buy milk').getByRole('checkbox').isChecked(),
          false);
      }, [/ERR_FAILED/, /\/todos\/\d+$/]);
    });

    test('a title that is refused stays, and is said why', () =>
      showLive(server, async (page) => {
        await page.getByLabel('A new todo').fill('   ');
        await page.getByRole('button', { name: 'Add' }).click();
        await says(page, 'must not be only white space (422)');
        assert.equal(await page.inputValue('#title'), '   ');
        assert.deepEqual(await titles(page), []);
      }, [/status of 422/]));

    test('the keyboard is enough', async () => {
      await create(server, { title: 'first' });
      await showLive(server, async (page) => {
        const focused = () => page.evaluate(() => {
          const { parentElement, tagName, id } = document.activeElement;
          return id || `${tagName} ${parentElement.textContent}`;
        });
        await page.locator('.course a').focus();
        await page.keyboard.press('Tab');
        assert.equal(await focused(), 'title');
        await page.keyboard.type('second');
        await page.keyboard.press('Enter');
        await shows(page, 'second');
        assert.equal(await focused(), 'title');
        for (let i = 0; i < 2; i++) // Add, second
          await page.keyboard.press('Tab');
        assert.equal(await focused(), 'INPUT second');
        await page.keyboard.press('Space');
        await todo(page, 'second').locator(':checked').waitFor();
        await page.getByText('updated: second (done)').waitFor();
        assert.equal(await focused(), 'INPUT second');
        await page.keyboard.press('Tab');
        await page.keyboard.press('Enter'); // on second's Delete
        await hides(page, 'second');
        assert.equal(await focused(), 'INPUT first');
        await page.keyboard.press('Tab');
        await page.keyboard.press('Enter');
        await hides(page, 'first');
        assert.equal(await focused(), 'title');
      });
    });

    for (const [motion, wanted] of [['reduce', 0], ['no-preference', 1]])
      test(`with ${motion} of motion, ${wanted} of one change moves`, () =>
        showLive(server, async (page) => {
          await page.emulateMedia({ reducedMotion: motion });
          await page.evaluate(() => {
            const { animate } = Element.prototype;
            window.moves = 0;
            Element.prototype.animate = function count(...how) {
              window.moves++;
              return animate.apply(this, how);
            };
          });
          await create(server, { title: 'Buy milk' });
          await shows(page, 'Buy milk');
          await page.getByText('created: Buy milk').waitFor();
          assert.equal(await page.evaluate(() => window.moves), wanted);
        }));

    for (const [look, how] of Object.entries(looks))
      test(`it suits a screen that is ${look}`, () =>
        showLive(server, async (page) => {
          await dress(page, { ...how, reducedMotion: 'reduce' });
          await takePicture(page, `${name}-live-${look}-empty`);
          for (const title of ['Buy milk', 'Call the plumber about the tap ' +
            'that drips all night', 'x'.repeat(120), 'Water the plants'])
            await add(page, title);
          await todo(page, 'Buy milk').getByRole('checkbox').check();
          await page.getByText('updated: Buy milk (done)').waitFor();
          assert.deepEqual(await barriers(page, 'html'), []);
          assert.equal(await overhang(page), 0);
          await takePicture(page, `${name}-live-${look}`);
        }));
  });

test('the pages of both servers differ in what a server says of itself',
  async () => {
    const texts = [];
    for (const name of Object.keys(programs)) {
      const server = await startServer(name, { viewer: false });
      const { text } = await ask(`${server.url}/live`);
      assert.ok(text.includes(`>${name}</a>`));
      texts.push(text.replaceAll(name, 'NAME')
        .replace(/fill='\w+'/, 'fill')
        .replace(/(<p class="room">).+(<\/p>)/, '$1$2'));
      await server.stop();
    }
    assert.equal(texts[0], texts[1]);
  });
