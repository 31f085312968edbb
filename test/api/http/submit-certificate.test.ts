/** Single submission over real HTTP: one certificate, its voucher, the verdict after the commit. */
import { Agent, request } from 'node:http'
import { describe, expect, it } from 'vitest'
import { parseCertificate } from '../../../pki/certificate/index.ts'
import { issueVoucher, type VoucherOrder, voucherFromText, voucherText } from '../../../pki/voucher/index.ts'
import { toHex } from '../../../src/codec/index.ts'
import { testDevice } from '../../ledger/devices.ts'
import { signerOf, testKey, testMember } from '../../ledger/members.ts'
import { verdictOf } from '../../ledger/proofs.ts'
import { type Reply, startTestServer, type TestServer } from './fixture.ts'

const line = testKey('ES256')
const vendor = testMember('vendor-a', ['vendor'], { line: { threshold: 1, keys: [line] } })
const otherLine = testKey()
const idle = testMember('vendor-bb', ['vendor'], { line: { threshold: 1, keys: [otherLine] } })
const operator = testMember('operator', ['operator'])
const regulator = testMember('regulator', ['regulator'])
const members = [vendor, idle, operator, regulator]
const server = await startTestServer(members, { carrier: operator.signer })
const { ledger } = server

const hour = 3_600_000n
const now = () => BigInt(Date.now())
const voucher = async (changes: Partial<VoucherOrder> = {}, key = line) =>
  voucherText(
    await issueVoucher(
      {
        chain: ledger.chain.id,
        manufacturer: vendor.id,
        serials: { from: 'S0000', to: 'S9999' },
        expires: now() + hour,
        ...changes,
      },
      [key],
    ),
  )
const permit = await voucher()

const submit = (certificate: Uint8Array, text: string, { get }: Pick<TestServer, 'get'> = server) =>
  get('/v1/certificates', {
    method: 'POST',
    headers: { 'content-type': 'application/pkix-cert', 'commonroot-voucher': text },
    body: new Uint8Array(certificate),
  })
const device = (serial: string, changes = {}) => testDevice(ledger.chain.id, vendor.id, serial, changes)
const counted = async (name: string) => {
  const text = new TextDecoder().decode((await server.get('/metrics')).bytes)
  return [...text.matchAll(new RegExp(`^${name}(?:{[^}]*})? (\\d+)$`, 'gm'))].reduce((sum, [, n]) => sum + Number(n), 0)
}

async function expectRefusal(ask: () => Promise<Reply>, status: number, code: string): Promise<Reply> {
  const root = toHex(ledger.chain.head!.root)
  const reply = await ask()
  expect(reply.json).toMatchObject({ code, status, detail: expect.stringMatching(/^[^{}]{5,}$/) })
  expect(reply).toMatchObject({ status, type: 'application/problem+json' })
  expect(toHex(ledger.chain.head!.root)).toBe(root)
  return reply
}

describe('POST /v1/certificates', () => {
  it('publishes a certificate, answers after the commit, and a proof covers it', async () => {
    const { certificate } = await device('S0001')
    const { status, json } = await submit(certificate, permit)
    expect({ status, json }).toEqual({
      status: 200,
      json: {
        fingerprint: toHex(parseCertificate(certificate).fingerprint),
        code: 'done',
        height: expect.any(Number),
        time: expect.stringMatching(/Z$/),
        transaction: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    })
    expect(await verdictOf(ledger, certificate)).toMatchObject({ verdict: 'valid' })
    const transaction = await server.get(`/v1/transactions/${String(json?.transaction)}`)
    expect(transaction.json).toMatchObject({ height: json?.height, operations: [{ verdicts: [{ code: 'done' }] }] })
  })

  it('answers unchanged to the same certificate again', async () => {
    const { certificate } = await device('S0002')
    expect((await submit(certificate, permit)).json).toMatchObject({ code: 'done' })
    expect(await submit(certificate, permit)).toMatchObject({ status: 200, json: { code: 'unchanged' } })
  })

  it('gathers 64 requests on kept-alive connections into few batches, each with its own verdict', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 64 })
    const list = await Promise.all(
      Array.from({ length: 192 }, (_, index) => device(`S1${String(index).padStart(3, '0')}`)),
    )
    // Every eighth is one that a block refuses: its device has a certificate already.
    const twice = await Promise.all(list.filter((_, index) => index % 8 === 0).map(({ serial }) => device(serial)))
    await Promise.all(list.map(({ certificate }) => over(agent, certificate)))
    const [before, height] = [await counted('commonroot_transactions_total'), ledger.chain.head!.height]
    const fresh = await Promise.all(
      Array.from({ length: 168 }, (_, index) => device(`S2${String(index).padStart(3, '0')}`)),
    )
    const mixed = [...fresh, ...twice].sort((a, b) => (a.serial.slice(2) < b.serial.slice(2) ? -1 : 1))
    const answers = await Promise.all(mixed.map(({ certificate }) => over(agent, certificate)))
    for (const [index, { certificate, serial }] of mixed.entries()) {
      const { fingerprint } = parseCertificate(certificate)
      if (serial.startsWith('S2')) {
        expect(answers[index]).toMatchObject({ status: 200, json: { code: 'done', fingerprint: toHex(fingerprint) } })
      } else {
        expect(answers[index]).toMatchObject({
          status: 422,
          json: { code: 'pki.device-has-certificate', height: expect.any(Number), id: expect.any(String) },
        })
      }
    }
    const transactions = (await counted('commonroot_transactions_total')) - before
    expect(transactions).toBeLessThanOrEqual(24)
    expect(Number(ledger.chain.head!.height - height)).toBeLessThanOrEqual(60)
    const sockets = Object.values(agent.freeSockets).flatMap((each) => each ?? [])
    expect(sockets.length).toBeLessThanOrEqual(64)
    agent.destroy()
  })

  it('refuses one and publishes its neighbours of the same moment', async () => {
    const good = await Promise.all(['S3001', 'S3002', 'S3003'].map((serial) => device(serial)))
    const bad = await device('S3004')
    const broken = bad.certificate.with(-1, bad.certificate.at(-1)! ^ 1)
    const answers = await Promise.all(
      [...good.map(({ certificate }) => certificate), broken].map((each) => submit(each, permit)),
    )
    expect(answers.map(({ status, json }) => `${status} ${json?.code}`)).toEqual([
      '200 done',
      '200 done',
      '200 done',
      '422 pki.self-signature',
    ])
  })
})

describe('what no voucher covers is refused before it is carried: its code, its reason, nothing written', () => {
  it.each<[string, string, () => Promise<string>]>([
    ['for another chain', 'voucher.other-chain', () => voucher({ chain: 'other-0123abcd' })],
    ['that has ended', 'voucher.expired', () => voucher({ expires: now() - 10_000n })],
    ['of another manufacturer', 'voucher.other-manufacturer', () => voucher({ manufacturer: idle.id })],
    ['for other serials', 'voucher.outside-range', () => voucher({ serials: { from: 'T0000', to: 'T9999' } })],
    ['by a key of nobody', 'voucher.wrong-key', () => voucher({}, testKey())],
    ['cut short', 'voucher.malformed', async () => permit.slice(0, -4)],
    ['with bits that no byte has', 'voucher.malformed', async () => 'AB'],
    [
      'with a signature that does not hold',
      'voucher.signature',
      async () => {
        const bytes = voucherFromText(permit)
        return voucherText(bytes.with(-1, bytes.at(-1)! ^ 1))
      },
    ],
  ])('a voucher %s: %s', async (_, code, make) => {
    const before = await counted('commonroot_transactions_total')
    const { certificate } = await device('S4001')
    const text = await make()
    await expectRefusal(() => submit(certificate, text), 422, code)
    expect(await counted('commonroot_transactions_total')).toBe(before)
  })

  it('a body that is no certificate', async () => {
    await expectRefusal(() => submit(Uint8Array.of(1, 2, 3), permit), 422, 'der.tag')
  })

  it('a voucher of a member that was suspended since', async () => {
    const own = await voucher({ manufacturer: idle.id }, otherLine)
    const cell = await testDevice(ledger.chain.id, idle.id, 'S0001')
    const suspension = (state: string) => ['governance', 'set-member-state', { member: idle.id, state }] as const
    const quorum = [vendor.signer, operator.signer, regulator.signer]
    await ledger.submit([suspension('suspended')], quorum)
    await expectRefusal(() => submit(cell.certificate, own), 422, 'governance.member-not-active')
    await ledger.submit([suspension('active')], quorum)
    expect(await submit(cell.certificate, own)).toMatchObject({ status: 200 })
  })
})

describe('the form of the request', () => {
  const post = (init: RequestInit) => server.get('/v1/certificates', { method: 'POST', ...init })

  it.each<[string, Record<string, string>, Uint8Array, number, string]>([
    ['without a voucher', { 'content-type': 'application/pkix-cert' }, Uint8Array.of(1), 400, 'api.invalid-request'],
    [
      'with padding in the voucher',
      { 'content-type': 'application/pkix-cert', 'commonroot-voucher': 'AAA=' },
      Uint8Array.of(1),
      400,
      'api.invalid-request',
    ],
    [
      'with a voucher that is too long',
      { 'content-type': 'application/pkix-cert', 'commonroot-voucher': 'A'.repeat(2049) },
      Uint8Array.of(1),
      400,
      'api.invalid-request',
    ],
    [
      'of another media type',
      { 'content-type': 'application/cbor', 'commonroot-voucher': permit },
      Uint8Array.of(1),
      415,
      'api.media-type',
    ],
    [
      'that is empty',
      { 'content-type': 'application/pkix-cert', 'commonroot-voucher': permit },
      new Uint8Array(0),
      422,
      'der.missing',
    ],
    [
      'that is too large',
      { 'content-type': 'application/pkix-cert', 'commonroot-voucher': permit },
      new Uint8Array(8193),
      413,
      'api.body-too-large',
    ],
  ])('%s is refused', async (_, headers, body, status, code) => {
    const { json } = await expectRefusal(() => post({ headers, body: new Uint8Array(body) }), status, code)
    if (code === 'api.media-type') expect(json?.detail).toContain('application/pkix-cert')
  })

  it('of a transaction is not a certificate, either', async () => {
    const init = { method: 'POST', headers: { 'content-type': 'application/pkix-cert' }, body: new Uint8Array(1) }
    await expectRefusal(() => server.get('/v1/transactions', init), 415, 'api.media-type')
  })
})

describe('a node', () => {
  it('without a node key says that it carries nothing', async () => {
    const other = await startTestServer(members)
    const { json } = await submit((await device('S5001')).certificate, permit, other)
    expect(json).toMatchObject({ code: 'api.no-carrier', status: 501 })
  })

  it('whose key is not its own says so, and blames nobody else', async () => {
    const other = await startTestServer(members, { carrier: signerOf(operator.id, testKey()) })
    const own = await permitOf(other)
    const { json, headers } = await submit(own.certificate, own.text, other)
    expect(json).toMatchObject({
      code: 'api.carrier-refused',
      status: 503,
      details: { code: 'governance.not-a-key-of' },
    })
    expect(headers.get('retry-after')).toBe('2')
  })

  it('turns away what it can hold no more of, and takes it again later', async () => {
    const other = await startTestServer(members, { carrier: operator.signer, maximumCarried: 4 })
    const list = await Promise.all(Array.from({ length: 10 }, (_, index) => permitOf(other, `S600${index}`)))
    const answers = await Promise.all(list.map(({ certificate, text }) => submit(certificate, text, other)))
    const refused = answers.filter(({ status }) => status === 429)
    expect(refused.length).toBeGreaterThan(0)
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(4)
    for (const { json, headers } of refused) {
      expect(json).toMatchObject({ code: 'api.too-many-submissions', details: { limit: 4 } })
      expect(headers.get('retry-after')).toBe('2')
    }
    const { certificate, text } = list[answers.findIndex(({ status }) => status === 429)]!
    expect(await submit(certificate, text, other)).toMatchObject({ status: 200, json: { code: 'done' } })
  })

  it('that stops answers who waits, and does not hang', async () => {
    const other = await startTestServer(members, { carrier: operator.signer })
    const list = await Promise.all(
      Array.from({ length: 20 }, (_, index) => permitOf(other, `S7${String(index).padStart(3, '0')}`)),
    )
    const answers = Promise.all(
      list.map(({ certificate, text }) => submit(certificate, text, other).catch(() => undefined)),
    )
    await new Promise((resolve) => setTimeout(resolve, 2))
    const closed = other.server.close()
    other.ledger.node.submissions.stop()
    const seen = (await answers).flatMap((each) => (each === undefined ? [] : [`${each.status} ${each.json?.code}`]))
    await closed
    expect(seen.filter((each) => each !== '200 done' && each !== '503 node.stopping')).toEqual([])
  })
})

/** A certificate and a voucher for a ledger of its own. */
async function permitOf({ ledger: { chain } }: TestServer, serial = 'S0001') {
  const { certificate } = await testDevice(chain.id, vendor.id, serial)
  return { certificate, text: await voucher({ chain: chain.id, serials: { from: 'S0000', to: 'S9999' } }) }
}

/** Over a pool of kept-alive connections, which `fetch` does not let one choose. */
function over(agent: Agent, certificate: Uint8Array): Promise<{ status: number | undefined; json: unknown }> {
  return new Promise((resolve, reject) => {
    const sent = request(`${server.url}/v1/certificates`, {
      agent,
      method: 'POST',
      headers: {
        'content-type': 'application/pkix-cert',
        'content-length': certificate.length,
        'commonroot-voucher': permit,
      },
    })
    sent.on('error', reject)
    sent.on('response', (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part
      })
      response.on('end', () => resolve({ status: response.statusCode, json: JSON.parse(text) }))
    })
    sent.end(certificate)
  })
}
