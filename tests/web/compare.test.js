// docs/compare.html, opened from the disk.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';

import {
  barriers, dress, openBrowser, overhang, show, takePicture,
} from './browser.js';

const root = path.join(import.meta.dirname, '..', '..');
const url = pathToFileURL(path.join(root, 'docs', 'compare.html')).href;

// The operations of a room and their steps, with their text: [[name, text], …].
function functions(room) {
  const files = ['todos.c', 'accounts.c', 'events.c', 'export.c', 'metrics.c',
    'stats.c', 'suggestions.c', 'pages.c'];
  return files.flatMap((file) => {
    const source = readFileSync(path.join(root, room, file), 'utf8');
    return [...source.matchAll(
      /^static void (\w+)\(struct request \*rq\) .*\n\{\n[^]*?\n\}\n/gm)]
      .map(([text, name]) => [name, text]);
  });
}

const sync = functions('sync_impl');
const names = sync.map(([name]) => name);
const async = functions('async_impl');

// The page leaves out blank lines between paragraphs.
const withoutBlanks = (text) => text.replace(/\n+/g, '\n');

// The rows of code in which both sides have some, with their cells.
const pairs = (page) => page.locator('.row:not(.top)').evaluateAll((rows) =>
  rows.map((row) => [...row.querySelectorAll('.cell:not(.gap)')].map((cell) => {
    const box = cell.getBoundingClientRect();
    const line = cell.querySelector('.line').getBoundingClientRect();
    return { top: box.top, bottom: box.bottom, left: box.left,
      right: box.right, line: line.top };
  })).filter((cells) => cells.length === 2));

const focused = (page) => page.evaluate(() => {
  const { activeElement } = globalThis.document;
  return activeElement.id || activeElement.hash?.slice(1);
});

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

const looks = {
  light: { width: 1400, colorScheme: 'light' },
  dark: { width: 1400, colorScheme: 'dark' },
  stacked: { width: 600, colorScheme: 'light' },
  'stacked-dark': { width: 600, colorScheme: 'dark' },
  narrow: { width: 320, colorScheme: 'light' },
};

describe('docs/compare.html', () => {
  test('every operation is there, whole, in both columns', async () => {
    assert.ok(names.length >= 14);
    await show(browser.context, url, async (page) => {
      assert.deepEqual(await page.locator('h3').evaluateAll(
        (all) => all.map(({ id }) => id)), names);
      for (const [side, sources] of [['sync', sync], ['async', async]])
        for (const [name, text] of sources) {
          const where = names.includes(name)
            ? `section[aria-labelledby="${name}"]` : 'main';
          const code = await page.locator(`${where} .${side} pre code`)
            .evaluateAll((all) => all.map((one) => one.textContent)
              .join(''));
          assert.ok(withoutBlanks(code).includes(withoutBlanks(text)),
            `${name} of ${side}`);
        }
    });
  });

  // Beside the mark or, where there is no room, right below it.
  for (const how of [looks.light, looks.narrow])
    test(`each mark says what its wait does, at ${how.width} px`, async () => {
      await show(browser.context, url, async (page) => {
        await dress(page, how);
        const marks = await page.locator('.waits').evaluateAll(
          (all) => all.map((line) => {
            const words = line.closest('.stop').querySelector('.wait');
            const { top, bottom } = line.getBoundingClientRect();
            const box = words.getBoundingClientRect();
            return { top, bottom, text: words.textContent,
              wordsTop: box.top, wordsBottom: box.bottom };
          }));
        assert.ok(marks.length > 2 * names.length);
        for (const { top, bottom, text, wordsTop, wordsBottom } of marks) {
          assert.match(text, /^The (thread stands still|function ends)/);
          assert.ok(wordsTop >= top && wordsTop < bottom + 8, text);
          assert.ok(wordsBottom > top, text);
        }
      });
    });

  test('the box beside the keys says what it is for', async () => {
    await show(browser.context, url, async (page) => {
      assert.match(await page.innerText('#keys'), /untick to switch .* off/);
    });
  });

  for (const [look, how] of Object.entries(looks))
    test(`suits a screen that is ${look}`, async () => {
      await show(browser.context, url, async (page) => {
        await dress(page, how);
        assert.deepEqual(await barriers(page, 'html'), []);
        assert.equal(await overhang(page), 0);
        await takePicture(page, `compare-${look}`);
      });
    });

  test('code of one purpose begins at one height', async () => {
    await show(browser.context, url, async (page) => {
      await dress(page, looks.light);
      const rows = await pairs(page);
      assert.ok(rows.length > 2 * names.length);
      for (const [left, right] of rows) {
        assert.ok(Math.abs(left.line - right.line) < 0.5,
          `${left.line} beside ${right.line}`);
        assert.ok(left.right <= right.left);
      }
    });
  });

  for (const width of [600, 900])
    test(`one column stands below the other at ${width} px`, async () => {
      await show(browser.context, url, async (page) => {
        await dress(page, { ...looks.stacked, width });
        const rows = await pairs(page);
        assert.ok(rows.length > 2 * names.length);
        for (const [above, below] of rows) {
          assert.ok(above.bottom <= below.top);
          assert.equal(above.left, below.left);
        }
      });
    });

  test('j and k go from operation to operation', async () => {
    await show(browser.context, url, async (page) => {
      await dress(page, looks.light);
      const top = () => page.evaluate(() => globalThis.document.activeElement
        .getBoundingClientRect().top);
      const bar = () => page.evaluate(() => globalThis.document
        .querySelector('nav').getBoundingClientRect().bottom);
      for (const name of names) {
        await page.keyboard.press('j');
        assert.equal(await focused(page), name);
        assert.ok(await top() >= await bar() && await top() < 800, name);
        assert.deepEqual(await page.locator('nav [aria-current]')
          .allInnerTexts(), [name]);
      }
      await page.keyboard.press('j'); // there is no next one
      assert.equal(await focused(page), names.at(-1));
      for (const name of names.toReversed().slice(1)) {
        await page.keyboard.press('k');
        assert.equal(await focused(page), name);
      }
      await page.locator('#keys input').uncheck();
      await page.keyboard.press('j');
      assert.equal(await page.evaluate(() => globalThis.location.hash),
        `#${names[0]}`);
    });
  });

  test('Tab and the arrows go along the bar, and the focus is seen',
    async () => {
      await show(browser.context, url, async (page) => {
        const isSeen = () => page.evaluate(() => {
          const style = globalThis.getComputedStyle(
            globalThis.document.activeElement);
          return style.outlineStyle === 'solid'
            && parseFloat(style.outlineWidth) >= 2;
        });
        for (const name of names) {
          await page.keyboard.press('Tab');
          assert.equal(await focused(page), name);
          assert.ok(await isSeen(), name);
        }
        await page.keyboard.press('ArrowLeft');
        assert.equal(await focused(page), names.at(-2));
        await page.keyboard.press('ArrowDown');
        assert.equal(await focused(page), names.at(-1));
        await page.keyboard.press('Enter');
        assert.equal(await page.evaluate(() => globalThis.location.hash),
          `#${names.at(-1)}`);
      });
    });

  test('it can be read without scripts', async () => {
    await show(withoutScripts.context, url, async (page) => {
      assert.ok(!await page.locator('#keys').isVisible());
      await page.locator(`nav a[href="#${names[1]}"]`).click();
      assert.ok(await page.locator(`#${names[1]}`).isVisible());
      const text = await page.innerText('main');
      for (const [name] of async)
        assert.ok(text.includes(`static void ${name}(`), name);
    });
  });

  test('it prints in two columns, dark on white, without the bar', async () => {
    await show(browser.context, url, async (page) => {
      await dress(page, { width: 1046, colorScheme: 'dark', media: 'print' });
      assert.ok(!await page.locator('nav').isVisible());
      const colours = await page.locator('body').evaluate((body) => {
        const { color, backgroundColor } = globalThis.getComputedStyle(body);
        return [color, backgroundColor];
      });
      assert.deepEqual(colours, ['rgb(0, 0, 0)', 'rgb(255, 255, 255)']);
      const rows = await pairs(page);
      assert.ok(rows.length > 2 * names.length);
      for (const [left, right] of rows)
        assert.ok(left.right <= right.left);
    });
  });
});
