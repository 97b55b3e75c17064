// The pages, in a browser.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import {
  barriers, dress, openBrowser, overhang, show, takePicture,
} from './browser.js';
import { Document } from './document.js';
import { ask, programs, startServer } from './server.js';

const looks = {
  light: { width: 1100, colorScheme: 'light' },
  dark: { width: 1100, colorScheme: 'dark' },
  narrow: { width: 320, colorScheme: 'light' },
};

async function viewerIsThere(page) {
  await page.locator('#viewer .opblock').first().waitFor();
}

let browser;
let withoutScripts;

before(async () => {
  browser = await openBrowser();
  withoutScripts = await openBrowser({ javaScriptEnabled: false });
});

after(async () => {
  await browser?.close();
  await withoutScripts?.close();
});

for (const name of Object.keys(programs))
  describe(`the pages of ${name}`, () => {
    let server; // with the viewer
    let plain; // without
    let document;

    before(async () => {
      server = await startServer(name);
      plain = await startServer(name, { viewer: false });
      document = new Document((await ask(`${plain.url}/openapi.json`)).text);
    });

    after(async () => {
      await server?.stop();
      await plain?.stop();
    });

    test('/ says which server this is and what each operation waits for',
      async () => {
        await show(browser.context, `${server.url}/`, async (page) => {
          assert.equal(await page.title(), name);
          assert.equal(await page.textContent('h1'), name);
          assert.notEqual(await page.textContent('.how'), '');
          for (const { operationId, description } of document.operations) {
            const row = page.locator('tr',
              { has: page.locator(`a[href="./docs#${operationId}"]`) });
            const [, waits] = /^Waits for: (.+)\.$/.exec(description);
            assert.equal(await row.locator('td').nth(1).innerText(), waits);
          }
          assert.ok(await page.locator('svg rect').count() > 0);
        });
      });

    for (const where of ['/', '/docs'])
      test(`every link on ${where} leads somewhere`, async () => {
        const { origin } = new URL(server.url);
        let links = [];
        await show(browser.context, `${server.url}${where}`, async (page) => {
          if (where === '/docs')
            await viewerIsThere(page);
          links = await page.locator('a[href]:visible').evaluateAll(
            (all) => all.map((link) => link.href));
        });
        assert.ok(links.length > 5);
        for (const link of new Set(links)) {
          const { hash, origin: goal } = new URL(link);
          if (goal !== origin)
            assert.fail(`${link} leads away`);
          const { status, text } = await ask(link);
          // This server has no other one to ask for suggestions.
          assert.equal(status, link.endsWith('/suggestions') ? 503 : 200, link);
          // The viewer makes anchors of its own, such as #/todos.
          if (hash && !hash.startsWith('#/'))
            assert.ok(text.includes(`id="${hash.slice(1)}"`), link);
        }
      });

    for (const [look, how] of Object.entries(looks))
      for (const where of ['/', '/docs'])
        test(`${where} suits a screen that is ${look}`, async () => {
          const picture = `${name}-${where === '/' ? 'home' : 'docs'}-${look}`;
          await show(browser.context, `${plain.url}${where}`, async (page) => {
            await dress(page, how);
            assert.deepEqual(await barriers(page, 'html'), []);
            assert.equal(await overhang(page), 0);
            await takePicture(page, picture);
          });
          await show(browser.context, `${server.url}${where}`, async (page) => {
            await dress(page, how);
            if (where === '/docs')
              await viewerIsThere(page);
            await takePicture(page, `${picture}-with-viewer`);
          });
        });

    test('/docs can be read without scripts and without a viewer', async () => {
      for (const { url } of [plain, server])
        await show(withoutScripts.context, `${url}/docs`, async (page) => {
          const text = await page.innerText('main');
          for (const { method, path, summary } of document.operations) {
            assert.ok(text.includes(path));
            assert.ok(text.includes(method));
            assert.ok(text.includes(summary), summary);
          }
          const { parameters, schemas, responses } = document.json.components;
          const words = [
            ...Object.keys(parameters),
            ...Object.keys(schemas.Todo.properties),
            ...Object.values(schemas.Todo.properties)
              .map(({ description }) => description),
            ...Object.values(responses).flatMap(({ content }) =>
              Object.values(content['application/problem+json'].examples)
                .flatMap(({ value }) => [value.title, value.detail])),
          ];
          assert.ok(words.length > 50);
          for (const word of words)
            assert.ok(text.includes(word), word);
        });
    });

    test('the type of a problem leads to its row in /docs', async () => {
      const { text } = await ask(`${plain.url}/nowhere`);
      const { type, title } = JSON.parse(text);
      const place = new URL(type, plain.url).href;
      await show(browser.context, place, async (page) => {
        assert.ok((await page.innerText(':target')).includes(title));
      });
    });

    test('every operation can be tried in /docs', async () => {
      await show(browser.context, `${server.url}/docs`, async (page) => {
        await viewerIsThere(page);
        for (const { tags, operationId } of document.operations) {
          const id = `operations-${tags[0]}-${operationId}`;
          const block = page.locator(`[id="${id}"]`);
          await block.locator('.opblock-summary-control').click();
          await block.locator('button.execute').waitFor();
        }
        assert.equal(await page.locator('button.execute').count(),
          document.operations.length);
      });
    });

    test('a todo created in /docs is a 201 and is there', async () => {
      await show(browser.context, `${server.url}/docs`, async (page) => {
        const block = page.locator('[id="operations-todos-create_todo"]');
        await block.locator('.opblock-summary-control').click();
        await block.locator('textarea')
          .fill('{"title": "Made in the browser"}');
        await block.locator('button.execute').click();
        const status = block.locator('.live-responses-table tbody '
          + '.response-col_status').first();
        await status.waitFor();
        assert.match(await status.innerText(), /^201/);
        await takePicture(page, `${name}-docs-tried`);
      });
      const { text } = await ask(`${server.url}/todos`);
      assert.deepEqual(JSON.parse(text).map(({ title }) => title),
        ['Made in the browser']);
    });
  });
