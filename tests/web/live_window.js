// What a window of GET /live shows, and what is done in it.

// The page has its list, and its stream is open.
export async function isLive(page) {
  await page.locator('#todos[aria-busy="false"]')
    .waitFor({ state: 'attached' });
  await page.locator('#state', { hasText: /^live$/ }).waitFor();
}

export const todo = (page, title) => page.locator('#todos li')
  .filter({ has: page.getByText(title, { exact: true }) });
export const shows = (page, title) => todo(page, title).waitFor();
export const hides = (page, title) =>
  todo(page, title).waitFor({ state: 'detached' });
export const titles = (page) => page.locator('#todos span').allTextContents();
export const says = (page, words) =>
  page.locator('#said', { hasText: words }).waitFor();

export async function add(page, title) {
  await page.getByLabel('A new todo').fill(title);
  await page.getByRole('button', { name: 'Add' }).click();
  await shows(page, title);
}

// The page's next request of that kind waits until `first` is done.
export function beforeNext(page, method, pattern, first) {
  let done = false;
  return page.route(pattern, async (route) => {
    if (!done && route.request().method() === method) {
      done = true;
      await first();
    }
    await route.continue();
  });
}
