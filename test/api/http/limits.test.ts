import { connect, type Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { testDevice } from '../../ledger/devices.ts'
import { testMember } from '../../ledger/members.ts'
import { startTestServer } from './fixture.ts'

const vendor = testMember('vendor-a', ['vendor'])
const limit = 2
const { ledger, get, post, url } = await startTestServer([vendor], { maximumSubmissions: limit, receiveTimeout: 1500 })

async function publication(serial: string) {
  const { certificate } = await testDevice(ledger.chain.id, vendor.id, serial)
  return ledger.sign([['pki', 'publish', [{ certificate }]]], [vendor.signer])
}

/** A client that begins to send a transaction and goes no further. */
function beginSubmission(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => {
      const head =
        'POST /v1/transactions HTTP/1.1\r\nhost: x\r\ncontent-type: application/cbor\r\ncontent-length: 100\r\n\r\nx'
      socket.write(head, () => resolve(socket))
    })
    socket.on('error', reject)
  })
}

const inProgress = async () => {
  const text = new TextDecoder().decode((await get('/metrics')).bytes)
  return Number(/^commonroot_submissions_in_progress (\d+)$/m.exec(text)?.[1])
}

describe('submissions', () => {
  it('beyond the limit are turned away at once, with the time after which to come again', async () => {
    const sockets = await Promise.all(Array.from({ length: limit }, beginSubmission))
    await expect.poll(inProgress).toBe(limit)
    const { status, type, json, headers } = await post(await publication('S1'))
    expect({ status, type }).toEqual({ status: 429, type: 'application/problem+json' })
    expect(json).toMatchObject({ code: 'api.too-many-submissions', details: { limit } })
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await get('/v1/chain')).status).toBe(200)
    for (const socket of sockets) socket.destroy()
    await expect.poll(inProgress).toBe(0)
    expect((await post(await publication('S1'))).status).toBe(200)
  })

  it('within the limit are all executed, one after another or at once', async () => {
    const bytes = await Promise.all(['A1', 'A2', 'A3', 'A4', 'A5', 'A6'].map(publication))
    for (let index = 0; index < bytes.length; index += limit) {
      const answers = await Promise.all(bytes.slice(index, index + limit).map((each) => post(each)))
      expect(answers.map(({ status }) => status)).toEqual([200, 200])
    }
    expect(await inProgress()).toBe(0)
  })

  it('that are refused give their places back', async () => {
    for (let attempt = 0; attempt < 3 * limit; attempt++) {
      expect((await post(new Uint8Array([0]))).status).toBe(400)
      expect((await post(new Uint8Array([0]), '?wait=maybe')).status).toBe(400)
    }
    expect(await inProgress()).toBe(0)
  })

  it('that never arrive whole are ended, and their places are free again', async () => {
    const socket = await beginSubmission()
    const answer = await new Promise<string>((resolve) => {
      let text = ''
      socket.on('data', (part) => {
        text += part.toString('latin1')
      })
      socket.on('close', () => resolve(text))
    })
    expect(answer).toMatch(/^HTTP\/1\.1 408 /)
    expect(answer).toContain('"detail":"the request did not arrive within 1.5 s","code":"api.receive-timeout"')
    await expect.poll(inProgress).toBe(0)
  })
})
