// A Chromium for one test file, and what is watched while it shows a page.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { chromium } from 'playwright-core';

const axe = readFileSync(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

// Root has no sandbox; the rest keeps the browser from calling home.
const args = ['--no-sandbox', '--disable-gpu', '--disable-quic',
  '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

// Gives {context, close}. The profile is new and empty.
export async function openBrowser(options = {}) {
  const profile = mkdtempSync(path.join(tmpdir(), 'todo-chromium-'));
  const context = await chromium.launchPersistentContext(profile,
    { executablePath, args, headless: true, ...options });
  context.setDefaultTimeout(30000); // for slow machines; ends a hung test
  return {
    context,
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

// Did the page ask its own server? A page from the disk has none, and may ask
// for nothing but itself, and what lies in the folder of its book.
function asksItsOwn(asked, { origin, href }, book) {
  const { protocol, origin: goal } = new URL(asked);
  if (protocol === 'file:')
    return asked === href || (book && asked.startsWith(book));
  return protocol === 'data:' || goal === origin;
}

// Runs `look` with a page of that address. Fails when the page complained, or
// asked for anything that its own server did not give; `expected` is what it
// may complain of, `book` the folder of pages that belong together on the disk.
export async function show(context, url, look, expected = [], book = '') {
  const page = await context.newPage();
  const complaints = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()))
      complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('requestfailed', (request) => complaints.push(request.url()));
  page.on('request', (request) => {
    if (!asksItsOwn(request.url(), new URL(url), book))
      complaints.push(`asked elsewhere: ${request.url()}`);
  });
  try {
    await page.goto(url);
    await look(page);
    assert.deepEqual(complaints.filter(
      (complaint) => !expected.some((words) => words.test(complaint))), []);
  } catch (error) {
    const said = complaints.join('; ') || 'nothing';
    throw new Error(`${error.message}; the page complained of: ${said}`,
      { cause: error });
  } finally {
    await page.close();
  }
}

// The page on a screen so wide, for somebody who prefers the rest of it.
export async function dress(page, { width, ...preferences }) {
  await page.emulateMedia(preferences);
  await page.setViewportSize({ width, height: 800 });
}

// What axe finds hard to use for somebody. It need not read style sheets by
// itself: a page from the disk may not.
export async function barriers(page, selector) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(
    (where) => globalThis.axe.run(where, { preload: false }), selector);
  return violations.map(({ id, nodes }) =>
    `${id}: ${nodes.map((node) => node.html).join(' ')}`);
}

// By how much the page is wider than the screen.
export function overhang(page) {
  return page.evaluate(() => Math.max(0,
    globalThis.document.documentElement.scrollWidth - globalThis.innerWidth));
}

// For people: a picture, where TODO_SCREENSHOTS names a folder.
export async function takePicture(page, name) {
  const folder = process.env.TODO_SCREENSHOTS;
  if (!folder)
    return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot(
    { path: path.join(folder, `${name}.png`), fullPage: true });
}
