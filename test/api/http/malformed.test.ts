import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { errorRow } from '../../../api/catalogue.ts'
import { maximumTransactionBytes, toHex } from '../../../src/codec/index.ts'
import { testDevice } from '../../ledger/devices.ts'
import { signerOf, testKey, testMember } from '../../ledger/members.ts'
import { type Reply, startTestServer } from './fixture.ts'

const vendor = testMember('vendor-a', ['vendor'])
const { ledger, get, post, url } = await startTestServer([vendor])
const fingerprint = 'ab'.repeat(32)
const rootAtStart = toHex(ledger.chain.head!.root)

async function publication(changes: Parameters<typeof ledger.sign>[2] = {}, signers = [vendor.signer]) {
  const { certificate } = await testDevice(ledger.chain.id, vendor.id, 'S1')
  return ledger.sign([['pki', 'publish', [{ certificate }]]], signers, changes)
}

/** Every refusal has the same form, its code is in the catalogue under its number, and nothing of the state has changed. */
async function expectRefusal(answer: () => Promise<Reply>, status: number, code: string): Promise<Reply> {
  const before = toHex(ledger.chain.head!.root)
  const reply = await answer()
  expect(reply.json).toMatchObject({ status, code })
  expect(reply).toMatchObject({ status, type: 'application/problem+json' })
  const { type, title, detail, number } = reply.json ?? {}
  expect({ type, title, detail }).toEqual({
    type: `/v1/problems/${code}`,
    title: expect.stringMatching(/^[A-Z]/),
    detail: expect.stringMatching(/^.{5,500}$/),
  })
  expect(errorRow(Number(number))).toMatchObject({ code })
  expect(new TextDecoder().decode(reply.bytes)).not.toMatch(/node_modules|\.ts:|FST_ERR|at Object|stack/)
  expect(reply.bytes.length).toBeLessThan(4096)
  expect(toHex(ledger.chain.head!.root)).toBe(before)
  return reply
}

const cbor = { 'content-type': 'application/cbor' }
const submit = (init: RequestInit) => () => get('/v1/transactions', { method: 'POST', ...init })

describe('a body', () => {
  it.each([
    ['of another type', { headers: { 'content-type': 'application/json' }, body: '{}' }, 415, 'api.media-type'],
    ['of a type that is none', { headers: { 'content-type': 'cbor' }, body: 'x' }, 415, 'api.media-type'],
    ['of text', { body: 'hello' }, 415, 'api.media-type'],
    ['that is missing', {}, 415, 'api.media-type'],
    ['that is empty', { headers: cbor, body: '' }, 400, 'codec.truncated'],
    ['that is no CBOR', { headers: cbor, body: new Uint8Array([0xff]) }, 400, 'codec.indefinite'],
    ['that is CBOR but no envelope', { headers: cbor, body: new Uint8Array([0x00]) }, 400, 'codec.wrong-tag'],
    [
      'that is too large',
      { headers: cbor, body: new Uint8Array(maximumTransactionBytes + 1) },
      413,
      'api.body-too-large',
    ],
  ])('%s is refused', async (_, init, status, code) => {
    await expectRefusal(submit(init), status, code)
  })

  it('as large as may be is read', async () => {
    await expectRefusal(
      submit({ headers: cbor, body: new Uint8Array(maximumTransactionBytes) }),
      400,
      'codec.wrong-tag',
    )
  })

  it('that comes in chunks without an announced length is bounded too', async () => {
    let left = 64
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => (left-- > 0 ? controller.enqueue(new Uint8Array(65_536)) : controller.close()),
    })
    const init = { method: 'POST', headers: cbor, body, duplex: 'half' } as RequestInit
    const answer = await get('/v1/transactions', init).catch((error: unknown) => error)
    // The server ends the connection once it has answered: whether the answer is read first is the client's luck.
    if (!(answer instanceof Error)) expect(answer).toMatchObject({ status: 413 })
    expect((await get('/health')).status).toBe(200)
  })

  it('that is cut anywhere is refused', async () => {
    const bytes = await publication()
    for (const length of [1, 2, 5, 40, Math.floor(bytes.length / 2), bytes.length - 1]) {
      await expectRefusal(() => post(bytes.subarray(0, length)), 400, 'codec.truncated')
    }
  })

  it('with bytes behind it is refused', async () => {
    const bytes = await publication()
    await expectRefusal(() => post(new Uint8Array([...bytes, 0])), 400, 'codec.trailing')
  })
})

describe('a transaction', () => {
  it('for another chain is refused', async () => {
    const foreign = await publication({ chain: 'other-01234567' })
    const { json } = await expectRefusal(() => post(foreign), 422, 'transaction.other-chain')
    expect(json?.details).toEqual({ named: 'other-01234567', chain: ledger.chain.id })
  })

  it('with a signature that does not hold is refused', async () => {
    const bytes = await publication()
    bytes[bytes.length - 1]! ^= 1
    await expectRefusal(() => post(bytes), 422, 'transaction.signature')
  })

  it('whose time is over, or too far ahead, is refused', async () => {
    const past = await publication({ validUntil: 1n })
    await expectRefusal(() => post(past), 422, 'transaction.expired')
    const future = await publication({ validUntil: 2n ** 62n })
    const { json } = await expectRefusal(() => post(future), 422, 'transaction.too-far')
    expect(json?.details).toMatchObject({ validUntil: (2n ** 62n).toString() })
  })

  it("of a stranger, or by a key that is not the member's, is refused", async () => {
    const stranger = await publication({}, [signerOf('stranger', testKey())])
    await expectRefusal(() => post(stranger), 422, 'governance.unknown-member')
    const other = await publication({}, [signerOf(vendor.id, testKey())])
    const { status, json } = await post(other)
    expect(status).toBeGreaterThanOrEqual(400)
    expect(json).toMatchObject({ code: 'governance.not-a-key-of' })
  })

  it('is refused alike when nobody waits for it', async () => {
    const foreign = await publication({ chain: 'other-01234567' })
    await expectRefusal(() => post(foreign, '?wait=false'), 422, 'transaction.other-chain')
  })

  it('whose refusal was answered has no place in the ledger', async () => {
    const bytes = await publication({ chain: 'other-01234567' })
    await post(bytes)
    await expectRefusal(() => get(`/v1/transactions/${fingerprint}`), 404, 'node.unknown-transaction')
  })
})

describe('a path', () => {
  it.each([
    ['/v1/certificates/xyz', 400, 'api.invalid-request'],
    [`/v1/certificates/${'AB'.repeat(32)}`, 400, 'api.invalid-request'],
    [`/v1/certificates/${fingerprint}00`, 400, 'api.invalid-request'],
    [`/v1/certificates/${fingerprint}%00`, 400, 'api.invalid-request'],
    [`/v1/certificates/${fingerprint}/proof/`, 404, 'api.unknown-path'],
    [`/v1/certificates/${'AB'.repeat(32)}/proof`, 400, 'api.invalid-request'],
    ['/v1/transactions/12', 400, 'api.invalid-request'],
    ['/v1/members/Nobody', 400, 'api.invalid-request'],
    [`/v1/members/${'a'.repeat(33)}`, 400, 'api.invalid-request'],
    [`/v1/members/${'a'.repeat(1000)}`, 400, 'api.invalid-request'],
    ['/v1/members/%zz', 400, 'api.invalid-request'],
    ['/v1/members/..%2f..%2fetc', 400, 'api.invalid-request'],
    ['/v1/headers/-1', 400, 'api.invalid-request'],
    ['/v1/headers/01', 400, 'api.invalid-request'],
    ['/v1/headers/1e3', 400, 'api.invalid-request'],
    ['/v1/headers/9999999999999999999', 400, 'api.invalid-request'],
    ['/v1/headers/999999999999999999', 404, 'engine.no-header'],
    ['/v1/problems/No.Code', 400, 'api.invalid-request'],
    ['/v1/problems/nothing.known', 404, 'api.unknown-code'],
    ['/v1/nothing', 404, 'api.unknown-path'],
    ['/', 404, 'api.unknown-path'],
    ['/v1/chain/', 404, 'api.unknown-path'],
    ['/V1/chain', 404, 'api.unknown-path'],
    ['/docs/../../package.json', 404, 'api.unknown-path'],
    [`/v1/${'x'.repeat(3000)}`, 414, 'api.url-too-long'],
  ])('%s is refused', async (path, status, code) => {
    await expectRefusal(() => get(path), status, code)
  })

  it('in a refusal is cut and is no mark-up', async () => {
    const { json } = await expectRefusal(() => get(`/${'<script>'.repeat(100)}`), 404, 'api.unknown-path')
    expect(json).toMatchObject({ details: { path: expect.stringMatching(/^.{1,203}$/) } })
  })
})

describe('a query', () => {
  it.each([
    ['/v1/chain?verbose=1', 'query: unknown field verbose'],
    ['/health?x', 'query: unknown field x'],
    ['/v1/members?limit=0', 'query limit: must be >= 1'],
    ['/v1/members?limit=101', 'query limit: must be <= 100'],
    ['/v1/members?limit=1.5', 'query limit: must be integer'],
    ['/v1/members?limit=many', 'query limit: must be integer'],
    ['/v1/members?after=', 'query after: must NOT have fewer than 1 characters'],
    ['/v1/members?after=a&after=b', 'query after: must be string'],
    [`/v1/certificates/${fingerprint}/proof?format=pem`, 'query format: must be equal to one of the allowed values'],
    [`/v1/certificates/${fingerprint}/proof?format`, 'query format: must be equal to one of the allowed values'],
    [`/v1/certificates/${fingerprint}/proof?trusted=-1`, 'query trusted: must match pattern "^(0|[1-9][0-9]{0,17})$"'],
    [
      `/v1/certificates/${fingerprint}/proof?trusted=1&threshold=1/0`,
      'query threshold: must match pattern "^[1-9][0-9]{0,2}/[1-9][0-9]{0,2}$"',
    ],
    ['/v1/members?__proto__=x', 'query: unknown field __proto__'],
  ])('%s is refused', async (path, detail) => {
    const { json } = await expectRefusal(() => get(path), 400, 'api.invalid-request')
    expect(json?.detail).toBe(detail)
  })

  it('with an unsound flag is refused before the transaction is looked at', async () => {
    const bytes = await publication()
    await expectRefusal(() => post(bytes, '?wait=maybe'), 400, 'api.invalid-request')
  })
})

describe('a method', () => {
  it.each([
    ['DELETE', '/v1/chain', 'HEAD, GET'],
    ['POST', '/v1/chain', 'HEAD, GET'],
    ['PUT', '/v1/members/x', 'HEAD, GET'],
    ['PATCH', `/v1/certificates/${fingerprint}`, 'HEAD, GET'],
    ['OPTIONS', '/v1/transactions', 'POST'],
    ['GET', '/v1/transactions', 'POST'],
    ['POST', '/openapi.json', 'HEAD, GET'],
    ['PROPFIND', '/v1/chain', 'HEAD, GET'],
  ])('%s of %s is refused, and the right ones are named', async (method, path, allowed) => {
    const { headers } = await expectRefusal(() => get(path, { method }), 405, 'api.method-not-allowed')
    expect(headers.get('allow')).toBe(allowed)
  })

  it('HEAD answers like GET, without the body', async () => {
    const { status, bytes } = await get('/v1/chain', { method: 'HEAD' })
    expect({ status, size: bytes.length }).toEqual({ status: 200, size: 0 })
  })
})

describe('a connection', () => {
  const port = Number(new URL(url).port)

  /** Sends raw bytes and gives back all that comes until the server ends the connection. */
  function talk(text: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(text))
      let answer = ''
      socket.setTimeout(10_000, () => reject(new Error('the server keeps the connection open')))
      socket.on('data', (part) => {
        answer += part.toString('latin1')
      })
      socket.on('error', () => resolve(answer))
      socket.on('close', () => resolve(answer))
    })
  }

  const problemIn = (answer: string) => JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)) as unknown

  it('that speaks no HTTP is told so and ended', async () => {
    const answer = await talk('hello\r\n\r\n')
    expect(answer).toMatch(/^HTTP\/1\.1 400 .*\r\ncontent-type: application\/problem\+json\r\n/)
    expect(problemIn(answer)).toMatchObject({ code: 'api.malformed-http', status: 400 })
  })

  it('with endless headers is told so and ended', async () => {
    const answer = await talk(`GET /v1/chain HTTP/1.1\r\nhost: x\r\nx-long: ${'y'.repeat(20_000)}\r\n\r\n`)
    expect(problemIn(answer)).toMatchObject({ code: 'api.headers-too-large', status: 431 })
  })

  it('that announces two lengths, as smugglers do, is ended', async () => {
    const answer = await talk(
      'POST /v1/transactions HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    )
    expect(problemIn(answer)).toMatchObject({ code: 'api.malformed-http', status: 400 })
  })
})

describe('after all refusals', () => {
  it('leaves the ledger as it was: nothing of all this has reached a block', async () => {
    const height = ledger.chain.head!.height
    await expect.poll(() => ledger.chain.head!.height > height + 1n, { timeout: 10_000 }).toBe(true)
    expect(toHex(ledger.chain.head!.root)).toBe(rootAtStart)
  })
})
