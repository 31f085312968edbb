/** The devices that the demonstrations make: small cells of one model, from one batch of a line. */

/** What issuing them takes, but for where and by whom. */
export function cellOrder(manufacturer: string, chain: string, serials: readonly string[]) {
  return {
    manufacturer,
    chain,
    model: 'cell-5g',
    batch: '2026-01',
    firmware: [1, 0, 0],
    algorithm: 'ES256',
    days: 7305,
    serials,
  } as const
}
