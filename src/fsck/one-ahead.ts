/**
 * What `work` makes of each item, in their order; the next one is under way while the reader looks at one. A reader that
 * leaves early leaves one that nobody waits for.
 */
export async function* oneAhead<Item, Result>(
  items: Iterable<Item>,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result, void, undefined> {
  let pending: Promise<Result> | undefined
  for (const item of items) {
    const next = work(item)
    // Whoever waits for it hears of a failure.
    next.catch(() => undefined)
    if (pending !== undefined) yield await pending
    pending = next
  }
  if (pending !== undefined) yield await pending
}
