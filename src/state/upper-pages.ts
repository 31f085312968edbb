/**
 * Pages near the top, by their bytes: a cache hands out the same bytes block after block, and what was hashed of them
 * then still holds but for the few places that change.
 */
import { Page } from './page.ts'

const pages = new WeakMap<Uint8Array, Page>()

/** @throws state.page-form */
export function readUpperPage(bytes: Uint8Array): Page {
  const page = pages.get(bytes) ?? Page.read(bytes)
  page.keepHashes()
  pages.set(bytes, page)
  return page
}

/** A page that may be read again. */
export function keepUpperPage(page: Page): void {
  pages.set(page.bytes, page)
}
