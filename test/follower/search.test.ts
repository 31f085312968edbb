/** What is found is what the ledger's records say, whatever has happened to the certificates. */
import { afterAll, describe, expect, it } from 'vitest'
import { presentState } from '../../pki/contract/index.ts'
import { type CertificateFilters, findCertificates, searchStates } from '../../pki/search/index.ts'
import { toHex } from '../../src/codec/index.ts'
import { followerSchemaOf } from '../../src/store/index.ts'
import { chooseSeed, SeededRandom } from '../faults/seeded-random.ts'
import { driveChain, drivenStart } from '../ledger/driven-chain.ts'
import { testDatabase, withClient } from '../postgres.ts'
import { follow } from './following.ts'
import { CertificateHistory, members, words } from './history.ts'
import { knownCertificates, modelSearch } from './model.ts'

const database = await testDatabase()
const driven = await driveChain({ database, members })
const follower = follow(driven.chain, database)
afterAll(async () => {
  await follower.stop()
  await driven.close()
})

const seed = chooseSeed()
const random = new SeededRandom(seed)
await new CertificateHistory(driven, random).blocks(200)
await follower.followed(driven.chain.head!.height)
const known = await knownCertificates(driven.chain)

const schema = followerSchemaOf(driven.chain.id)

function randomFilters(): CertificateFilters {
  const some = <Value>(value: Value, probability = 0.3): Value | undefined =>
    random.chance(probability) ? value : undefined
  const drawn = {
    manufacturer: some(random.pick(words.manufacturer)),
    serial: some(random.pick(words.serial), 0.2),
    commonName: some(random.pick(['cell.example', 'größer', 'nobody'])),
    model: some(random.pick(words.model)),
    batch: some(random.pick(words.batch)),
    firmware: some(random.pick(words.firmware), 0.2),
    state: some(random.pick(searchStates), 0.5),
    expiresFrom: some(drivenStart + 60n * 86_400_000n, 0.2),
    expiresBefore: some(drivenStart + 61n * 86_400_000n, 0.2),
  }
  return Object.fromEntries(Object.entries(drawn).filter(([, value]) => value !== undefined))
}

async function allPages(filters: CertificateFilters, limit: number): Promise<readonly string[]> {
  const found: string[] = []
  let last = -1n
  for (let after: bigint | undefined; ; ) {
    const page = await findCertificates(follower, filters, { limit, ...(after === undefined ? {} : { after }) })
    expect(page.certificates.length).toBeLessThanOrEqual(limit)
    for (const { place, fingerprint } of page.certificates) {
      expect(place).toBeGreaterThan(last)
      last = place
      found.push(toHex(fingerprint))
    }
    after = page.next
    if (after === undefined) return found
  }
}

describe(`a search (seed ${seed})`, () => {
  it('finds what a walk through all records finds, in pages of every size', async () => {
    expect(known.length).toBeGreaterThan(40)
    let total = 0
    for (let run = 0; run < 150; run++) {
      const filters = randomFilters()
      const found = await allPages(filters, 1 + random.whole(30))
      expect({ filters, found: [...found].sort() }).toEqual({ filters, found: modelSearch(known, filters) })
      total += found.length
    }
    expect(total).toBeGreaterThan(150)
  })

  it('says of which blocks the index is', async () => {
    const page = await findCertificates(follower, {}, { limit: 1 })
    expect(page).toMatchObject({ first: 0n, height: driven.chain.head!.height })
  })

  it('refuses a range of expiry that ends before it begins', async () => {
    await expect(
      findCertificates(follower, { expiresFrom: 2n, expiresBefore: 2n }, { limit: 1 }),
    ).rejects.toMatchObject({
      code: 'search.expiry-range',
    })
  })
})

describe('the document of a certificate', () => {
  it('has the history that its record has, also the end that a next certificate makes without an event', async () => {
    const documents = await withClient(
      database,
      (sql) => sql<{ document: { fingerprint: string; states: unknown; massRevocation?: unknown } }[]>`
        select document from ${sql(schema)}.pki_certificate_document`,
    )
    const byFingerprint = new Map(documents.map(({ document }) => [document.fingerprint, document]))
    for (const { record, isMassRevoked } of known) {
      const document = byFingerprint.get(toHex(record.fingerprint))
      const states = record.states.map(({ state, reason, height, time }) => ({
        state,
        ...(reason === undefined ? {} : { reason }),
        height: Number(height),
        time: Number(time),
      }))
      const { manufacturer, serial, model, batch, firmware } = record
      expect(document).toMatchObject({ manufacturer, serial, model, batch, firmware: [...firmware], states })
      expect(document?.massRevocation !== undefined).toBe(isMassRevoked)
    }
    expect(documents).toHaveLength(known.length)
    const ended = known.filter(({ record, isMassRevoked }) => isMassRevoked && presentState(record) === 'revoked')
    expect(ended.length).toBeGreaterThan(0)
  })
})
