import { afterAll, describe, expect, it } from 'vitest'
import { createServer } from '../../../api/http/index.ts'
import { projections } from '../../../api/projections.ts'
import { Follower } from '../../../src/follower/index.ts'
import { followerSchemaOf } from '../../../src/store/index.ts'
import { testDevice } from '../../ledger/devices.ts'
import { startTestLedger } from '../../ledger/ledger.ts'
import { testMember } from '../../ledger/members.ts'
import { testDatabase, withClient } from '../../postgres.ts'

const vendor = testMember('vendor-a', ['vendor'])
const regulator = testMember('regulator', ['regulator'])
const database = await testDatabase()
const ledger = await startTestLedger({ database, members: [vendor, regulator] })
const { chain } = ledger
const follower = Follower.start({ chain, connection: database, projections })
const server = createServer({ node: ledger.node, follower })
const url = await server.listen(0)
afterAll(async () => {
  await server.close()
  await follower.stop()
  await ledger.stop()
})

const day = 86_400_000n
const beginning = 1_800_000_000_000n
const devices = await Promise.all(
  Array.from({ length: 25 }, (_, index) =>
    testDevice(chain.id, vendor.id, `A${100 + index}`, {
      model: index < 5 ? 'old' : 'new',
      notAfter: beginning + BigInt(index) * day,
      ...(index === 7 ? { commonName: 'größer & cell' } : {}),
    }),
  ),
)
await ledger.submit([['pki', 'publish', devices.map(({ certificate }) => ({ certificate }))]], [vendor.signer])
const { height } = await ledger.submit(
  [['pki', 'mass-revoke', { manufacturer: vendor.id, reason: 'superseded', model: 'old' }]],
  [regulator.signer],
)
await follower.followed(height)

type Page = {
  readonly certificates: readonly { readonly serial: string; readonly verdict: string; readonly model: string }[]
  readonly next?: string
  readonly followedHeight: number
  readonly height: number
}
async function get(query: Readonly<Record<string, string>> | string, path = '/v1/search/certificates') {
  const response = await fetch(`${url}${path}?${new URLSearchParams(query)}`)
  const body: unknown = await response.json()
  return { status: response.status, headers: response.headers, body }
}
async function page(query: Readonly<Record<string, string>>): Promise<Page> {
  const { status, body } = await get(query)
  expect({ status, body }).toMatchObject({ status: 200, body: { rows: 'verified', completeness: 'claimed' } })
  return body as Page
}
const serials = async (query: Readonly<Record<string, string>>) =>
  (await page(query)).certificates.map(({ serial }) => serial)

describe('GET /v1/search/certificates', () => {
  it('finds by every filter, and shows what the ledger says of each', async () => {
    expect(await serials({ serial: 'A107' })).toEqual(['A107'])
    expect(await serials({ commonName: 'größer & cell' })).toEqual(['A107'])
    expect(await serials({ model: 'old' })).toEqual(['A100', 'A101', 'A102', 'A103', 'A104'])
    expect(await serials({ model: 'old', manufacturer: 'vendor-bb' })).toEqual([])
    expect(await serials({ batch: 'b1', firmware: '1.0.0', limit: '100' })).toHaveLength(25)
    expect(await serials({ firmware: '1.0' })).toEqual([])
    expect(await serials({ state: 'revoked' })).toEqual(['A100', 'A101', 'A102', 'A103', 'A104'])
    expect(await serials({ state: 'valid', limit: '100' })).toHaveLength(20)
    const time = (index: number) => new Date(Number(beginning + BigInt(index) * day)).toISOString()
    expect(await serials({ expiresFrom: time(3), expiresBefore: time(5) })).toEqual(['A103', 'A104'])
    const { certificates, followedHeight, height: shownAt } = await page({ serial: 'A103' })
    expect(certificates).toMatchObject([
      {
        model: 'old',
        verdict: 'revoked',
        code: 'certificate.mass-revoked',
        states: [{ state: 'valid', time: expect.any(String) }],
        fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ])
    expect(followedHeight).toBeGreaterThanOrEqual(Number(height))
    expect(shownAt).toBeGreaterThanOrEqual(followedHeight)
  })

  it('walks all pages by their cursors', async () => {
    const found: string[] = []
    let after: string | undefined
    do {
      const { certificates, next }: Page = await page({ limit: '7', ...(after === undefined ? {} : { after }) })
      expect(certificates.length).toBeLessThanOrEqual(7)
      found.push(...certificates.map(({ serial }) => serial))
      after = next
    } while (after !== undefined)
    expect(found).toEqual(devices.map(({ serial }) => serial))
    expect((await page({})).certificates).toHaveLength(20)
  })

  it.each([
    ['limit=0', 'api.invalid-request'],
    ['limit=101', 'api.invalid-request'],
    ['limit=1.5', 'api.invalid-request'],
    ['limit=ten', 'api.invalid-request'],
    ['after=-1', 'api.invalid-request'],
    ['after=01', 'api.invalid-request'],
    ['after=9999999999999999999', 'api.invalid-request'],
    ['after=1%20or%201=1', 'api.invalid-request'],
    ['state=expired', 'api.invalid-request'],
    ['state=valid&state=revoked', 'api.invalid-request'],
    ['manufacturer=Vendor', 'api.invalid-request'],
    ["serial=A'--", 'api.invalid-request'],
    ['serial=', 'api.invalid-request'],
    ['model=', 'api.invalid-request'],
    [`model=${'x'.repeat(257)}`, 'api.invalid-request'],
    ['model=a%00b', 'codec.schema'],
    ['commonName=%1b', 'codec.schema'],
    ['firmware=1..2', 'api.invalid-request'],
    ['firmware=v1', 'api.invalid-request'],
    ['firmware=4294967296', 'codec.schema'],
    ['firmware=1.2.3.4.5.6.7.8.9', 'api.invalid-request'],
    ['expiresFrom=tomorrow', 'api.invalid-request'],
    ['expiresFrom=2026-02-30T00:00:00Z', 'api.invalid-request'],
    ['expiresFrom=2026-01-01T00:00:00', 'api.invalid-request'],
    ['expiresFrom=1969-12-31T23:59:59Z', 'codec.schema'],
    ['expiresFrom=2026-01-02T00:00:00Z&expiresBefore=2026-01-02T00:00:00Z', 'search.expiry-range'],
    ['order=serial', 'api.invalid-request'],
  ])('refuses %s', async (query, code) => {
    const { status, body } = await get(query)
    expect({ status, body }).toMatchObject({ status: 400, body: { code } })
  })

  it('never shows a row that is not what the ledger says, and has the index built again', async () => {
    const schema = followerSchemaOf(chain.id)
    await withClient(
      database,
      (sql) => sql`
      update ${sql(schema)}.pki_certificate set model = 'forged' where serial = 'A110'`,
    )
    const { status, headers, body } = await get({ model: 'forged' })
    expect({ status, body }).toMatchObject({ status: 503, body: { code: 'search.row-differs' } })
    expect(headers.get('retry-after')).not.toBeNull()
    await expect.poll(() => serials({ model: 'forged' }).catch(() => undefined), { timeout: 10_000 }).toEqual([])
    await follower.followed(chain.head!.height)
    expect(await serials({ serial: 'A110', model: 'new' })).toEqual(['A110'])
  })

  it('says that a node without a follower can not search', async () => {
    const plain = createServer({ node: ledger.node })
    const response = await fetch(`${await plain.listen(0)}/v1/search/certificates`)
    expect(response.status).toBe(501)
    expect(await response.json()).toMatchObject({ code: 'follower.off' })
    await plain.close()
  })
})

describe('GET /v1/status', () => {
  it('shows how far the follower is', async () => {
    await follower.followed(chain.head!.height)
    const { status, body } = await get({}, '/v1/status')
    expect({ status, body }).toMatchObject({
      status: 200,
      body: {
        chain: chain.id,
        height: expect.any(Number),
        follower: {
          height: expect.any(Number),
          lagBlocks: expect.any(Number),
          lagMilliseconds: expect.any(Number),
          projections: [{ name: 'pki', version: 1, from: 0, height: expect.any(Number) }],
        },
      },
    })
    expect(body).not.toHaveProperty('follower.failure')
  })

  it('has no follower where there is none', async () => {
    const plain = createServer({ node: ledger.node })
    const response = await fetch(`${await plain.listen(0)}/v1/status`)
    expect(await response.json()).not.toHaveProperty('follower')
    await plain.close()
  })

  it('has its lag among the metrics', async () => {
    const text = await (await fetch(`${url}/metrics`)).text()
    expect(text).toMatch(/^commonroot_follower_height \d+$/m)
    expect(text).toMatch(/^commonroot_follower_lag_blocks \d+$/m)
    expect(text).toMatch(/^commonroot_follower_lag_seconds [\d.]+$/m)
    expect(text).toMatch(/^commonroot_follower_failed_attempts 0$/m)
  })
})
