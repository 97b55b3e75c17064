// A Chromium for one test file, and what is watched while it shows a page.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { chromium } from 'playwright-core';

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

// Runs `look` with a page of that address. Fails when the page complained, or
// asked for anything that its own server did not give.
export async function show(context, url, look) {
  const page = await context.newPage();
  const complaints = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()))
      complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('requestfailed', (request) => complaints.push(request.url()));
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol !== 'data:' && origin !== new URL(url).origin)
      complaints.push(`asked elsewhere: ${request.url()}`);
  });
  try {
    await page.goto(url);
    await look(page);
    assert.deepEqual(complaints, []);
  } catch (error) {
    const said = complaints.join('; ') || 'nothing';
    throw new Error(`the page complained of: ${said}`, { cause: error });
  } finally {
    await page.close();
  }
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
