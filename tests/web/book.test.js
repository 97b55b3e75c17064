// The book that ./learn book makes, opened from the disk.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';

import {
  barriers, dress, openBrowser, overhang, show, takePicture,
} from './browser.js';

const root = path.join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(path.join(tmpdir(), 'todo-book-'));
const book = `${pathToFileURL(folder).href}/`;
const chapters = readdirSync(path.join(root, 'docs'))
  .filter((name) => /^\d\d-.*\.md$/.test(name));
const pageOf = (name) => name.replace('.md', '.html');

let browser;
let withoutScripts;

before(async () => {
  assert.ok(process.env.TODO_BOOK, 'TODO_BOOK must say where learn-book is');
  execFileSync(process.env.TODO_BOOK, [folder], { cwd: root });
  browser = await openBrowser();
  withoutScripts = await openBrowser({ javaScriptEnabled: false });
});

after(async () => {
  await browser?.close();
  await withoutScripts?.close();
  rmSync(folder, { recursive: true });
});

// Opens a page of the book; scripts are for what a test asks of it.
const open = (file, look, { context } = browser) =>
  show(context, book + file, look, [], book);

// The pages in their order, as the links forward give them.
function order() {
  const files = [];
  for (let file = 'index.html'; file; [, file] = /rel="next" href="([^"]*)"/
    .exec(readFileSync(path.join(folder, file), 'utf8')) ?? [])
    files.push(file);
  return files;
}

// The rows of code in which both sides have some, with their cells.
const rows = (page) => page.locator('.row:not(.top)').evaluateAll((all) =>
  all.map((row) => [...row.querySelectorAll('.cell')].map((cell) => {
    const { left, right, top, bottom } = cell.getBoundingClientRect();
    const line = cell.querySelector('.line, p');
    return { left, right, top, bottom, words: line?.textContent,
      line: line?.getBoundingClientRect().top };
  })).filter((cells) => cells.every(({ words }) => words)));

const widths = [360, 800, 1200, 1600];
const looks = {
  light: { width: 1600, colorScheme: 'light' },
  dark: { width: 360, colorScheme: 'dark' },
};

describe('the book', () => {
  test('each page suits screens from 360 to 1600, light and dark', async () => {
    for (const file of [...order(), 'async_impl-conn.c.html', 'compare.html'])
      await open(file, async (page) => {
        for (const colorScheme of ['light', 'dark'])
          for (const width of widths) {
            const look = `${file} at ${width}, ${colorScheme}`;
            await dress(page, { width, colorScheme });
            assert.equal(await overhang(page), 0, look);
            if (width === looks[colorScheme].width)
              assert.deepEqual(await barriers(page, 'html'), [], look);
            await takePicture(page, `book-${file}-${width}-${colorScheme}`);
          }
      });
  });

  test('a click leads from page to page and back, without scripts',
    async () => {
      const files = order();
      for (const chapter of chapters)
        assert.ok(files.includes(pageOf(chapter)), chapter);
      await open('index.html', async (page) => {
        for (const [rel, way] of [['next', files.slice(1)],
          ['prev', files.toReversed().slice(1)]])
          for (const file of way) {
            await page.locator(`header a[rel=${rel}]`).click();
            assert.equal(page.url(), book + file);
            assert.equal(await page.locator('h1').count(), 1);
          }
      }, withoutScripts);
    });

  test('the contents lead to each chapter and to its sections', async () => {
    await open('index.html', async (page) => {
      for (const chapter of chapters) {
        await page.locator(`#contents > ul > li > a[href="${pageOf(chapter)}"]`)
          .click();
        const sections = page.locator('#contents [aria-current] + ul a');
        const count = await sections.count();
        assert.ok(count >= 8, chapter);
        for (let i = 0; i < count; i++) {
          await sections.nth(i).click();
          const words = await sections.nth(i).textContent();
          const target = page.locator(':target');
          assert.equal(await target.textContent(), words);
          assert.ok(await target.evaluate((heading) => {
            const { top, bottom } = heading.getBoundingClientRect();
            return top >= 0 && bottom <= globalThis.innerHeight;
          }), `${chapter}: ${words}`);
        }
        await page.goBack();
        await page.goto(`${book}index.html`);
      }
    });
  });

  test('each pair of excerpts is side by side, or stacked', async () => {
    let pairs = 0;
    for (const name of ['../README.md', ...chapters]) {
      const text = readFileSync(path.join(root, 'docs', name), 'utf8');
      const tables = text.split('<td valign="top">').length - 1;
      const file = name.endsWith('README.md') ? 'index.html' : pageOf(name);
      await open(file, async (page) => {
        await dress(page, looks.light);
        const count = await page.locator('.beside').count();
        assert.ok(count >= tables / 2, file);
        pairs += count;
        for (const [left, right] of await rows(page)) {
          assert.ok(Math.abs(left.line - right.line) < 0.5, left.words);
          assert.ok(left.right <= right.left);
        }
        await dress(page, looks.dark);
        for (const [above, below] of await rows(page)) {
          assert.ok(above.bottom <= below.top, above.words);
          assert.equal(above.left, below.left);
        }
      });
    }
    assert.ok(pairs >= 12, `${pairs} pairs`);
  });

  test('paragraphs of one purpose begin at one height', async () => {
    await open('00-first-green.html', async (page) => {
      await dress(page, looks.light);
      const words = (await rows(page)).map((cells) =>
        cells.map((cell) => cell.words.trim()));
      for (const purpose of ['fetch', 'answer'])
        assert.ok(words.some(([left, right]) => left === right
          && left === `/* ${purpose} */`), purpose);
    });
  });

  test('two columns of 80 characters fit into 1600 px', async () => {
    await open('02-one-request-two-shapes.html', async (page) => {
      await dress(page, looks.light);
      const wrapped = await page.locator('.beside .line').evaluateAll((lines) =>
        lines.filter((line) => line.getBoundingClientRect().height > 25)
          .map((line) => line.textContent));
      assert.deepEqual(wrapped, []);
    });
  });

  test('timelines and plots are in place', async () => {
    let pictures = 0;
    for (const file of order())
      await open(file, async (page) => {
        for (const image of await page.locator('img').all()) {
          assert.ok(await image.evaluate((one) =>
            one.complete && one.naturalWidth > 0 && one.alt.length > 50));
          pictures++;
        }
      });
    assert.ok(pictures >= 6);
  });

  test('words lead to the glossary, operations to compare.html', async () => {
    await open('03-the-disk.html', async (page) => {
      await page.locator('a[href="glossary.html#checkpoint"]').click();
      assert.match(await page.innerText(':target'), /^Checkpoint\./);
      await page.locator('#contents a', { hasText: '2 One request' }).click();
      await page.locator('a[href="compare.html#create_todo"]').first().click();
      assert.match(await page.innerText(':target'), /^create_todo/);
      await page.locator('.course a').click();
      assert.equal(page.url(), `${book}index.html`);
    });
  });

  test('the keyboard reaches the text first, and the focus is seen',
    async () => {
      await open('03-the-disk.html', async (page) => {
        const focus = () => page.evaluate(() => {
          const { activeElement } = globalThis.document;
          const { top } = activeElement.getBoundingClientRect();
          const { outlineStyle } = globalThis.getComputedStyle(activeElement);
          return { top, outlineStyle, href: activeElement.getAttribute('href') };
        });
        await page.keyboard.press('Tab');
        assert.equal((await focus()).href, '#text');
        assert.ok((await focus()).top >= 0);
        await page.keyboard.press('Enter');
        await page.keyboard.press('Tab'); // into the text
        assert.ok(await page.evaluate(() => globalThis.document
          .querySelector('main').contains(globalThis.document.activeElement)));
        await page.locator('header a[rel=next]').focus();
        await page.keyboard.press('Shift+Tab');
        assert.equal((await focus()).outlineStyle, 'solid');
        await page.keyboard.press('Tab');
        await page.keyboard.press('Enter');
        await page.waitForURL(/04-/);
      });
    });

  test('it prints dark on white, side by side, without the contents',
    async () => {
      await open('02-one-request-two-shapes.html', async (page) => {
        await dress(page, { width: 680, colorScheme: 'dark', media: 'print' });
        for (const selector of ['header', '#contents', '.steps'])
          assert.ok(!await page.locator(selector).first().isVisible());
        assert.deepEqual(await page.locator('body').evaluate((body) => {
          const { color, backgroundColor } = globalThis.getComputedStyle(body);
          return [color, backgroundColor];
        }), ['rgb(0, 0, 0)', 'rgb(255, 255, 255)']);
        for (const [left, right] of await rows(page))
          assert.ok(left.right <= right.left);
        assert.equal(await overhang(page), 0);
      });
    });
});
