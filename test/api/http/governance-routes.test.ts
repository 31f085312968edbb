import { describe, expect, it } from 'vitest'
import { encodeUnknown, toHex } from '../../../src/codec/index.ts'
import { testMember } from '../../ledger/members.ts'
import { startTestServer } from './fixture.ts'

const members = ['operator-a', 'vendor-bb', 'ca-one', 'regulator'].map((id, index) =>
  testMember(id, [['operator', 'vendor', 'ca', 'regulator'][index]!]),
)
const [operator, vendor, authority, regulator] = members as [TestMember, TestMember, TestMember, TestMember]
type TestMember = (typeof members)[number]
const { ledger, get } = await startTestServer(members, {}, { protocol: 2 })

const program = await ledger.chain.program()
const bodyOf = (type: string, body: unknown) => {
  return { type, body: encodeUnknown(program.transactionType('governance', type)!.schema, body) }
}
const operations = [bodyOf('set-roles', { member: regulator.id, roles: ['regulator', 'auditor'] })]
const until = BigInt(Date.now()) + 86_400_000n
const propose = async () => {
  const body = { member: operator.id, operations, until }
  return ledger.submit([['governance', 'propose', body]], [operator.signer])
}
const vote = (member: TestMember, ballot: 'yes' | 'no') =>
  ledger.submit(
    [['governance', 'vote', { proposal: 1n, member: member.id, vote: ballot, operations }]],
    [member.signer],
  )
const before = ledger.chain.head!.height
await propose()
await vote(operator, 'yes')
await vote(regulator, 'no')
await vote(vendor, 'yes')
const { height: executed } = await vote(authority, 'yes')

describe('GET /v1/governance/proposals', () => {
  it('shows what was proposed in words and in bytes, with the votes', async () => {
    const { status, json } = await get('/v1/governance/proposals')
    expect(status).toBe(200)
    expect(json).toEqual({
      proposals: [
        {
          number: 1,
          proposer: 'operator-a',
          state: 'executed',
          operations: [
            {
              type: 'set-roles',
              body: { member: 'regulator', roles: ['regulator', 'auditor'] },
              encoded: toHex(operations[0]!.body),
            },
          ],
          height: expect.any(Number),
          time: expect.any(String),
          until: new Date(Number(until)).toISOString(),
          yes: ['operator-a', 'vendor-bb', 'ca-one'],
          no: ['regulator'],
          closed: Number(executed),
        },
      ],
    })
  })

  it('goes page by page, the newest first', async () => {
    await propose()
    await propose()
    const numbers: unknown[] = []
    let query = '?limit=2'
    for (;;) {
      const { json } = await get(`/v1/governance/proposals${query}`)
      const { proposals, next } = json as { proposals: { number: number }[]; next?: number }
      numbers.push(proposals.map(({ number }) => number))
      if (next === undefined) break
      query = `?limit=2&before=${next}`
    }
    expect(numbers).toEqual([[3, 2], [1]])
  })
})

describe('GET /v1/governance/proposals/:number', () => {
  it('shows every vote', async () => {
    const { json } = await get('/v1/governance/proposals/1')
    const { votes } = json as { votes: { member: string; vote: string }[] }
    expect(votes.map(({ member, vote: ballot }) => `${member} ${ballot}`)).toEqual([
      'ca-one yes',
      'operator-a yes',
      'regulator no',
      'vendor-bb yes',
    ])
  })

  it.each([
    ['99', 404, 'governance.unknown-proposal'],
    ['01', 400, 'api.invalid-request'],
    ['999999999999999999999', 400, 'api.invalid-request'],
  ])('of %s is %i', async (number, status, code) => {
    expect(await get(`/v1/governance/proposals/${number}`)).toMatchObject({ status, json: { code } })
  })
})

describe('GET /v1/governance/in-force', () => {
  it('shows members, validators, parameters and the protocol, now and as they were', async () => {
    const { json } = await get('/v1/governance/in-force')
    expect(json).toMatchObject({
      protocol: { version: 2 },
      members: expect.arrayContaining([
        expect.objectContaining({ id: 'regulator', state: 'active', roles: ['regulator', 'auditor'] }),
      ]),
      validators: [{ power: 10, applied: 10, state: 'active' }],
      parameters: expect.arrayContaining([
        expect.objectContaining({
          module: 'governance',
          name: 'authority',
          since: 0,
          value: expect.objectContaining({ members: 3 }),
        }),
      ]),
      withdrawnAlgorithms: [],
      misbehaviour: [],
    })
    const earlier = await get(`/v1/governance/in-force?height=${before}`)
    expect(earlier.json).toMatchObject({
      height: Number(before),
      members: expect.arrayContaining([expect.objectContaining({ id: 'regulator', roles: ['regulator'] })]),
    })
  })

  it.each([
    ['height=999999999', 404, 'governance.history-not-kept'],
    ['height=-1', 400, 'api.invalid-request'],
    ['height=1&height=2', 400, 'api.invalid-request'],
  ])('with %s is %i', async (query, status, code) => {
    expect(await get(`/v1/governance/in-force?${query}`)).toMatchObject({ status, json: { code } })
  })
})

describe('GET /v1/governance/diff', () => {
  it('shows what changed, and nothing else', async () => {
    const { json } = await get(`/v1/governance/diff?from=${before}&to=${executed}`)
    expect(json).toMatchObject({
      from: Number(before),
      to: Number(executed),
      changes: [
        {
          subject: 'member regulator',
          before: { roles: ['regulator'] },
          after: { roles: ['regulator', 'auditor'] },
        },
      ],
    })
    expect((await get(`/v1/governance/diff?from=${executed}`)).json).toMatchObject({ changes: [] })
  })
})
