import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { toHex, utf8 } from '../../../src/codec/index.ts'
import { voteVerifier } from '../../../src/crypto/index.ts'
import {
  decodeSignedHeader,
  encodeSignedHeader,
  headerHash,
  parseLightBlock,
  renderLightBlock,
  verifySignedHeader,
} from '../../../src/light/index.ts'
import { testDevice } from '../../ledger/devices.ts'
import { testMember } from '../../ledger/members.ts'
import { startTestServer } from './fixture.ts'

const vendor = testMember('vendor-a', ['vendor'])
const operator = testMember('operator-b', ['operator'])
const regulator = testMember('regulator', ['regulator'])
const { ledger, get, post } = await startTestServer([vendor, operator, regulator])
const isoTime = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)

async function publication(...serials: readonly string[]) {
  const devices = await Promise.all(serials.map((serial) => testDevice(ledger.chain.id, vendor.id, serial)))
  const items = devices.map(({ certificate }) => ({ certificate }))
  return ledger.sign([['pki', 'publish', items]], [vendor.signer])
}

describe('GET /v1/chain', () => {
  it('tells the chain, its head, and what can be proven', async () => {
    await ledger.node.trust()
    const { status, type, json, headers } = await get('/v1/chain')
    expect({ status, type }).toEqual({ status: 200, type: 'application/json; charset=utf-8' })
    expect(headers.get('cache-control')).toBe('no-store')
    expect(json).toEqual({
      chain: ledger.chain.id,
      height: expect.any(Number),
      time: isoTime,
      protocol: 1,
      root: expect.stringMatching(/^[0-9a-f]{64}$/),
      engine: 'solo',
      provableHeight: expect.any(Number),
    })
    const { height, provableHeight } = json as { height: number; provableHeight: number }
    expect(provableHeight).toBeLessThan(height)
    expect(provableHeight).toBeGreaterThanOrEqual(height - 2)
  })
})

describe('GET /v1/members', () => {
  it('lists all members in the order of their ids, with roles, state and keys', async () => {
    const { json } = await get('/v1/members')
    const { members } = json as { members: { id: string }[] }
    expect(members.map(({ id }) => id)).toEqual(['operator-b', 'regulator', 'vendor-a'])
    const { key } = vendor.signer
    expect(members[2]).toMatchObject({
      name: 'vendor-a',
      roles: ['vendor'],
      state: 'active',
      keys: expect.arrayContaining([
        {
          purpose: 'line',
          threshold: 1,
          keys: [
            {
              algorithm: key.algorithm,
              digest: createHash('sha256').update(key.spki).digest('hex'),
              spki: Buffer.from(key.spki).toString('base64'),
            },
          ],
        },
      ]),
    })
    expect(json).not.toHaveProperty('next')
  })

  it('goes page by page, each member once', async () => {
    const ids: unknown[] = []
    let query = '?limit=1'
    for (let page = 0; page < 3; page++) {
      const { json } = await get(`/v1/members${query}`)
      const { members, next } = json as { members: { id: string }[]; next?: string }
      ids.push(...members.map(({ id }) => id))
      query = `?limit=1&after=${next}`
      expect(next === undefined).toBe(page === 2)
    }
    expect(ids).toEqual(['operator-b', 'regulator', 'vendor-a'])
  })

  it('has nothing behind the last member', async () => {
    expect((await get('/v1/members?after=zz')).json).toEqual({ members: [] })
  })

  it('shows one member, and refuses one that is not there', async () => {
    expect((await get('/v1/members/regulator')).json).toMatchObject({ id: 'regulator', roles: ['regulator'] })
    expect((await get('/v1/members/nobody')).json).toMatchObject({ status: 404, code: 'api.unknown-member' })
  })
})

describe('POST /v1/transactions', () => {
  it('answers after the commit, with a verdict for each item', async () => {
    const { status, json } = await post(await publication('S1', 'S2'))
    expect(status).toBe(200)
    expect(json).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{64}$/),
      height: expect.any(Number),
      time: isoTime,
      code: 'done',
      number: 0,
      message: 'done',
      operations: [
        {
          verdicts: [
            { number: 0, code: 'done', message: 'done' },
            { number: 0, code: 'done', message: 'done' },
          ],
        },
      ],
    })
    expect(Number(ledger.chain.head?.height)).toBeGreaterThanOrEqual(Number(json?.height))
  })

  it('names what is wrong with an item by its code, and the others are done', async () => {
    const [good, foreign] = await Promise.all([
      testDevice(ledger.chain.id, vendor.id, 'S3'),
      testDevice('other-01234567', vendor.id, 'S4'),
    ])
    const items = [good, foreign].map(({ certificate }) => ({ certificate }))
    const { json } = await post(await ledger.sign([['pki', 'publish', items]], [vendor.signer]))
    expect(json?.operations).toEqual([
      {
        verdicts: [
          { number: 0, code: 'done', message: 'done' },
          {
            number: 1200,
            code: 'pki.other-chain',
            message: expect.stringContaining('the certificate is made for chain'),
          },
        ],
      },
    ])
    expect(JSON.stringify(json)).not.toContain('{named}')
  })

  it('gives the same answer for the same bytes', async () => {
    const bytes = await publication('S5')
    const first = await post(bytes)
    const again = await post(bytes)
    expect(again).toMatchObject({ status: 200, json: first.json })
  })

  it('answers a transaction that the block refused with a problem, and shows it afterwards', async () => {
    const root = toHex(ledger.chain.head!.root)
    const refused = await ledger.sign(
      [['governance', 'set-member-state', { member: vendor.id, state: 'suspended' }]],
      [operator.signer],
    )
    const { status, type, json } = await post(refused)
    expect({ status, type }).toEqual({ status: 422, type: 'application/problem+json' })
    expect(json).toMatchObject({
      type: '/v1/problems/governance.quorum-not-met',
      title: 'Quorum not met',
      status: 422,
      code: 'governance.quorum-not-met',
      id: expect.stringMatching(/^[0-9a-f]{64}$/),
      height: expect.any(Number),
      time: isoTime,
    })
    expect(root).not.toBe('')
    const found = await get(`/v1/transactions/${json?.id}`)
    expect(found).toMatchObject({
      status: 200,
      json: { id: json?.id, height: json?.height, code: 'governance.quorum-not-met', operations: [] },
    })
  })

  it('promises nothing with wait=false, and the transaction can be looked up once it is executed', async () => {
    const { status, json } = await post(await publication('S6'), '?wait=false')
    expect(status).toBe(202)
    expect(json).toEqual({ id: expect.stringMatching(/^[0-9a-f]{64}$/) })
    await expect.poll(async () => (await get(`/v1/transactions/${json?.id}`)).status, { timeout: 10_000 }).toBe(200)
  })

  it('does not know what was never executed', async () => {
    expect((await get(`/v1/transactions/${'0'.repeat(64)}`)).json).toMatchObject({
      status: 404,
      code: 'node.unknown-transaction',
      details: { id: '0'.repeat(64) },
    })
  })
})

describe('GET /v1/headers/:height', () => {
  it('shows a header from which its hash can be computed again', async () => {
    const signed = (await ledger.node.signedHeader(1n))!
    const { json } = await get('/v1/headers/1')
    expect(json).toMatchObject({
      height: 1,
      hash: toHex(headerHash(signed.header)),
      header: {
        chainId: ledger.chain.id,
        appHash: toHex(signed.header.appHash),
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/),
      },
      votes: [{ validator: 0, signature: toHex(signed.votes[0]!.signature) }],
    })
    const { seconds, nanos } = signed.header.time
    const [whole, fraction] = (json as { header: { time: string } }).header.time.slice(0, -1).split('.')
    expect([BigInt(Date.parse(`${whole}Z`)) / 1000n, Number(fraction)]).toEqual([seconds, nanos])
    expect(decodeSignedHeader(encodeSignedHeader(signed))).toEqual(signed)
  })

  it.each(['0', '999999999'])('has none of height %s', async (height) => {
    expect((await get(`/v1/headers/${height}`)).json).toMatchObject({ status: 404, code: 'engine.no-header' })
  })
})

describe('GET /v1/light-blocks/:height', () => {
  it("shows a header with its validators as CometBFT's light clients read it", async () => {
    const { status, type, json } = await get('/v1/light-blocks/1')
    expect({ status, type }).toEqual({ status: 200, type: 'application/json; charset=utf-8' })
    const block = parseLightBlock(utf8(JSON.stringify(json)))
    expect(block.signed).toEqual(await ledger.node.signedHeader(1n))
    expect(block.validators).toEqual(await ledger.node.engine.validators(1n))
    expect(block.nextValidators).toEqual(block.validators)
    // The declared form leaves nothing out and adds nothing.
    expect(json).toEqual(JSON.parse(JSON.stringify(renderLightBlock(block))))
    expect(verifySignedHeader(block.signed, block.validators, ledger.chain.id, voteVerifier)).toBeUndefined()
  })

  it.each(['0', '999999999'])('has none of height %s', async (height) => {
    expect((await get(`/v1/light-blocks/${height}`)).json).toMatchObject({ status: 404, code: 'engine.no-header' })
  })
})

describe('GET /v1/modules', () => {
  it('lists what can be done and by which parameters', async () => {
    const { json } = await get('/v1/modules')
    const { modules } = json as { modules: { name: string; transactions: object[]; parameters: object[] }[] }
    expect(modules.map(({ name }) => name)).toEqual(['governance', 'pki'])
    expect(modules[1]).toMatchObject({
      events: expect.arrayContaining(['certificate-published']),
      collections: ['certificates'],
    })
    expect(modules[1]?.transactions).toContainEqual({
      type: 'publish',
      form: 'batch',
      summary: expect.stringContaining('Publishes'),
    })
    expect(modules[1]?.parameters).toContainEqual({
      name: 'publication-policy',
      summary: expect.any(String),
      value: { publisherRoles: ['vendor', 'operator'], revokerRoles: ['regulator'], clockSkew: '600000' },
    })
  })
})

describe('GET /v1/problems', () => {
  it('explains each code under the path that the type of a problem names', async () => {
    const { json: problem } = await get('/v1/members/nobody')
    const { json } = await get(String(problem?.type))
    expect(json).toMatchObject({
      code: 'api.unknown-member',
      number: 1511,
      status: 404,
      title: 'Unknown member',
      retired: false,
    })
    expect((await get('/v1/problems/1511')).json).toEqual(json)
  })

  it('lists them all, and refuses what is no code of this program', async () => {
    const { json } = await get('/v1/problems')
    expect((json as { problems: object[] }).problems.length).toBeGreaterThan(100)
    expect((await get('/v1/problems/nothing.known')).json).toMatchObject({ status: 404, code: 'api.unknown-code' })
  })
})
