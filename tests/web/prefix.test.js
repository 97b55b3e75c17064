// The servers below a path of a proxy that takes it away: everything that they
// tell must lead through the proxy. The pages work beside it, too.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, describe, test } from 'node:test';

import { openBrowser, show } from './browser.js';
import { add, isLive } from './live_window.js';
import { startProxy } from './proxy.js';
import { ask, programs, sendTodo, startServer } from './server.js';

let browser;
before(async () => { browser = await openBrowser(); });
after(async () => { await browser?.close(); });

// The status alone: a stream of events has no end.
function statusOf(url) {
  return new Promise((resolve, reject) => {
    http.get(url, { agent: false }, (response) => {
      resolve(response.statusCode);
      response.destroy();
    }).once('error', reject);
  });
}

// Every URL in an answer, made whole as its receiver does.
function urlsIn(url, { headers, text }) {
  const found = [];
  if (headers.location)
    found.push(headers.location);
  if (headers.link)
    found.push(/<([^>]*)>/.exec(headers.link)[1]);
  if (headers['content-type']?.startsWith('text/html'))
    found.push(...[...text.matchAll(/(?:href|src)="([^"]*)"/g)]
      .map(([, reference]) => reference)
      .filter((reference) => !reference.startsWith('data:')));
  if (/json/.test(headers['content-type']))
    JSON.parse(text, (name, value) => {
      if (['url', 'type'].includes(name) && /^(?:[./]|https?:)/.test(value))
        found.push(value);
      return value;
    });
  return found.map((reference) => new URL(reference, url).href);
}

for (const name of Object.keys(programs))
  describe(`${name} below a path`, () => {
    let proxy;
    let server;

    before(async () => {
      proxy = await startProxy('/api');
      server = await startServer(name, { more: ['--public-url', proxy.url] });
      proxy.forwardTo(server.port);
    });

    after(async () => {
      await proxy?.stop();
      await server?.stop();
    });

    test('every URL of every answer leads through the proxy', async () => {
      const todos = `${proxy.url}/todos`;
      const seen = new Set();
      const places = [];
      const look = (url, answer) => {
        const urls = urlsIn(url, answer);
        assert.ok(urls.length > 0, url);
        places.push(...urls);
      };
      for (const title of ['one', 'two'])
        look(todos, await sendTodo(todos, 'POST', { title }));
      look(todos, await sendTodo(todos, 'POST', {}));
      for (const path of ['/', '/docs', '/live', '/waiting', '/openapi.json',
        '/todos?limit=1', '/todos/1', '/nowhere', '/todos?limit=0'])
        look(proxy.url + path, await ask(proxy.url + path));
      for (const place of places) {
        const { href } = new URL(place);
        if (seen.has(href))
          continue;
        seen.add(href);
        assert.ok(href === proxy.url || href.startsWith(`${proxy.url}/`),
          href);
        // Examples of the API document name a todo that is not there.
        if (!href.endsWith('/todos/17') && href !== proxy.url)
          assert.notEqual(await statusOf(href), 404, href);
      }
      assert.ok(seen.size > 30);
      assert.deepEqual(proxy.outside, []);
    });

    test('the type of a problem leads to its row in /docs', async () => {
      const nowhere = `${proxy.url}/nowhere`;
      const { type, title } = JSON.parse((await ask(nowhere)).text);
      const place = new URL(type, nowhere).href;
      await show(browser.context, place, async (page) => {
        assert.ok((await page.innerText(':target')).includes(title));
      });
    });

    for (const way of ['through the proxy', 'beside it']) {
      const at = (path) =>
        (way === 'beside it' ? server.url : proxy.url) + path;

      test(`/live is live ${way}`, async () => {
        await show(browser.context, at('/live'), async (page) => {
          await isLive(page);
          await add(page, `Made ${way}`);
          await page.getByLabel(`Made ${way}`, { exact: true }).check();
          await page.locator('#events', { hasText: `${way} (done)` })
            .waitFor();
        });
        assert.deepEqual(proxy.outside, []);
      });

      test(`/waiting asks for the numbers ${way}`, async () => {
        await show(browser.context, at('/waiting'), async (page) => {
          await page.getByText('http_requests_in_flight').waitFor();
        });
        assert.deepEqual(proxy.outside, []);
      });

      test(`a todo is created in /docs ${way}`, async () => {
        await show(browser.context, at('/docs'), async (page) => {
          const block = page.locator('[id="operations-todos-create_todo"]');
          await block.locator('.opblock-summary-control').click();
          await block.locator('textarea').fill('{"title": "Tried"}');
          await block.locator('button.execute').click();
          const status = block.locator('.live-responses-table tbody '
            + '.response-col_status').first();
          await status.waitFor();
          assert.match(await status.innerText(), /^201/);
        });
        assert.deepEqual(proxy.outside, []);
      });

      test(`each page leads to the others ${way}`, async () => {
        await show(browser.context, at('/'), async (page) => {
          await page.locator('.cards a', { hasText: '/live' }).click();
          await isLive(page);
          await page.locator('.course a').click();
          await page.locator('.cards a', { hasText: '/waiting' }).click();
          await page.locator('#state', { hasText: /^live$/ }).waitFor();
          await page.locator('.course a').click();
          await page.locator('.cards a', { hasText: '/docs' }).click();
          await page.locator('#viewer .opblock').first().waitFor();
          await page.locator('.course a').click();
          assert.equal(await page.textContent('h1'), name);
        }, [/\/todos\/events$/, /\/metrics$/]); // whose page was left
        assert.deepEqual(proxy.outside, []);
      });
    }
  });
