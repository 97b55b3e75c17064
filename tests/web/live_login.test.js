// GET /live of servers that ask for a token: one window on each server, both on
// one database.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { barriers, dress, openBrowser, overhang, show } from './browser.js';
import { add, hides, isLive, says, shows, titles, todo }
  from './live_window.js';
import { ask, programs, startServer } from './server.js';

const password = 'a long and secret one';

let browser;
before(async () => { browser = await openBrowser(); });
after(async () => { await browser?.close(); });

const visit = (server, look, expected) =>
  show(browser.context, `${server.url}/live`, look, expected);

async function fill(page, name, secret = password) {
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password').fill(secret);
}

async function join(page, name) {
  await fill(page, name);
  await page.getByRole('button', { name: 'Create a user' }).click();
  await isLive(page);
}

async function signIn(page, name) {
  await fill(page, name);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await isLive(page);
}

const asks = (page) => page.getByRole('button', { name: 'Sign in' }).waitFor();

const json = (body) => ({
  headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
});

// What a script does that has no page.
async function tokenOf({ url }, name) {
  const answer = await ask(`${url}/tokens`, 'POST', json({ name, password }));
  assert.equal(answer.status, 200);
  return JSON.parse(answer.text).access_token;
}

async function createAs(server, name, title) {
  const { headers, body } = json({ title });
  headers.Authorization = `Bearer ${await tokenOf(server, name)}`;
  const answer = await ask(`${server.url}/todos`, 'POST', { headers, body });
  assert.equal(answer.status, 201);
}

for (const [name, otherName] of
  [Object.keys(programs), Object.keys(programs).reverse()])
  describe(`/live of ${name} with --auth, beside ${otherName}`, () => {
    let folder;
    let db;
    let server;
    let other;

    const start = (program, port) =>
      startServer(program, { db, viewer: false, port, more: ['--auth'] });

    before(async () => {
      folder = mkdtempSync(path.join(tmpdir(), 'todo-login-'));
      db = path.join(folder, 'todos.db');
      server = await start(name);
      other = await start(otherName);
    });

    after(async () => {
      await server?.stop();
      await other?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    test('nothing is shown before somebody signs in', () =>
      visit(server, async (page) => {
        await asks(page);
        for (const part of ['#add', '#todos', '.none', '.line', '#events'])
          assert.ok(await page.locator(part).isHidden(), part);
      }));

    test('two windows of one user show the same, and another user neither', () =>
      visit(server, (here) => visit(other, (there) =>
        visit(other, async (elsewhere) => {
          await join(here, 'ada');
          await signIn(there, 'ada');
          await join(elsewhere, 'bob');
          await add(here, 'Buy milk');
          await shows(there, 'Buy milk');
          await todo(there, 'Buy milk').getByRole('checkbox').check();
          await todo(here, 'Buy milk').locator(':checked').waitFor();
          await add(elsewhere, 'Buy bread');
          assert.deepEqual(await titles(elsewhere), ['Buy bread']);
          const words = await elsewhere.locator('#events li')
            .allTextContents();
          assert.deepEqual(words.map((line) => line.replace(/^\d+ /, '')),
            ['created: Buy bread']);
          await todo(here, 'Buy milk').getByRole('button').click();
          await hides(there, 'Buy milk');
          assert.deepEqual(await titles(there), []);
        }))));

    test('what is wrong with a name or a password is said', () =>
      visit(server, async (page) => {
        await join(page, 'carl');
        await page.reload();
        await fill(page, 'carl', 'another one altogether');
        await page.keyboard.press('Enter'); // as the first button
        await says(page, 'No user has this name and this password');
        await fill(page, 'carl');
        await page.getByRole('button', { name: 'Create a user' }).click();
        await says(page, 'Another user has this name');
        await fill(page, 'carl', 'short');
        await page.getByRole('button', { name: 'Create a user' }).click();
        await says(page, 'must have 12 to 128 bytes');
        await signIn(page, 'carl');
        assert.equal(await page.textContent('#said'), '');
      }, [/status of 4(01|09|22)/, /\/todos\/events$/]));

    test('the token is in the memory of one window alone', () =>
      visit(server, async (page) => {
        await join(page, 'dora');
        const kept = await page.evaluate(() => JSON.stringify([
          location.href, document.cookie, { ...localStorage },
          { ...sessionStorage }, document.documentElement.outerHTML,
        ]));
        assert.ok(!kept.includes('eyJ'), 'the beginning of each token');
        assert.ok(!kept.includes(password));
        assert.equal(await page.inputValue('#password'), '');
        await page.reload();
        await asks(page);
      }, [/\/todos\/events$/])); // its reading ends with the page

    test('when the token holds no longer, the window asks again', () =>
      visit(server, async (page) => {
        await join(page, 'eve');
        await add(page, 'Buy milk');
        await page.route('**/todos', (route) => route.fulfill({
          status: 401, contentType: 'application/problem+json',
          body: '{"detail":"The token is not, or no longer, valid."}',
        }), { times: 1 });
        await page.getByLabel('A new todo').fill('Buy bread');
        await page.getByRole('button', { name: 'Add' }).click();
        await asks(page);
        await says(page, 'no longer');
        assert.deepEqual(await titles(page), []);
        await signIn(page, 'eve');
        assert.deepEqual(await titles(page), ['Buy milk']);
      }, [/status of 401/, /\/todos\/events$/]));

    test('a stream that broke goes on where it was', async () => {
      const visited = await start(name);
      await visit(visited, async (page) => {
        await join(page, 'fred');
        await add(page, 'before');
        await visited.stop();
        await page.locator('#state', { hasText: 'reconnecting' }).waitFor();
        await createAs(other, 'fred', 'meanwhile');
        const again = await start(name, visited.port);
        await isLive(page);
        await shows(page, 'meanwhile');
        assert.deepEqual(await titles(page), ['meanwhile', 'before']);
        const words = await page.locator('#events li').allTextContents();
        assert.equal(words.filter((line) => /created/.test(line)).length, 2);
        await add(page, 'behind');
        await again.stop();
      }, [/ERR_CONNECTION_REFUSED/, /\/todos\/events$/]);
    });

    for (const colorScheme of ['light', 'dark'])
      test(`the form is for everybody (${colorScheme})`, () =>
        visit(server, async (page) => {
          await dress(page, { width: 320, colorScheme });
          await asks(page);
          assert.deepEqual(await barriers(page, 'html'), []);
          assert.equal(await overhang(page), 0);
        }));
  });
