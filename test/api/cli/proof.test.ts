import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testDatabase } from '../../postgres.ts'
import { type Ended, run } from './run.ts'
import { startWorld, type World } from './world.ts'

const database = await testDatabase()
let world: World
/** Between publication and revocation of G-2. */
let between: string

beforeAll(async () => {
  world = await startWorld(database)
  const issue = (serial: string, count: string, out: string) =>
    world.run(['device', 'issue', '--manufacturer', 'vendor-a', '--serial', serial, '--count', count, '--out', out])
  const signer = ['--signer', world.key('vendor-a')]
  for (const ended of [
    await issue('G-1', '3', 'published'),
    await issue('U-1', '1', 'unpublished'),
    await world.run(['certificate', 'publish', 'published', ...signer]),
  ]) {
    expect(ended).toMatchObject({ code: 0 })
  }
  const { states } = (await world.run(['certificate', 'show', 'published/G-2.pem', '--json'])).json as {
    readonly states: readonly { readonly time: string }[]
  }
  between = new Date(Date.parse(states[0]!.time) + 1).toISOString()
  expect(
    await world.run(['certificate', 'revoke', 'published/G-2.pem', '--reason', 'key-compromise', ...signer]),
  ).toMatchObject({ code: 0 })
  expect(await world.run(['trust', 'export', '--out', 'ledger.trust'])).toMatchObject({ code: 0 })
  for (const name of ['published/G-1', 'published/G-2', 'unpublished/U-1']) {
    const words = ['proof', 'get', `${name}.pem`, '--out', `${path.basename(name)}.proof`]
    expect(await world.run(words)).toMatchObject({ code: 0, stderr: '' })
  }
})
afterAll(() => world.stop())

const at = (name: string) => path.join(world.folder, name)

/** Offline: no node is named, and the default one is not there. */
const verify = (certificate: string, proof: string, ...words: string[]): Promise<Ended> =>
  run(['proof', 'verify', certificate, '--proof', proof, '--trust', 'ledger.trust', '--json', ...words], {
    cwd: world.folder,
  })

async function flipped(name: string, offset: number): Promise<string> {
  const bytes = await readFile(at(name))
  bytes[offset < 0 ? bytes.length + offset : offset]! ^= 1
  await writeFile(at('flipped'), bytes)
  return 'flipped'
}

describe('proof get', () => {
  it('says what it wrote, and whether the certificate was published', async () => {
    const present = await world.run(['proof', 'get', 'published/G-3.pem', '--out', 'G-3.proof', '--json'])
    const bytes = (await readFile(at('G-3.proof'))).length
    expect(present.json).toEqual({
      file: 'G-3.proof',
      bytes,
      format: 'commonroot',
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      published: true,
    })
    const absent = await world.run(['proof', 'get', 'ab'.repeat(32), '--out', 'absent.proof', '--json'])
    expect(absent).toMatchObject({ code: 0, json: { published: false, fingerprint: 'ab'.repeat(32) } })
  })

  it('writes ICS23 proofs of presence and of absence', async () => {
    for (const certificate of ['published/G-1.pem', 'unpublished/U-1.pem']) {
      const words = ['proof', 'get', certificate, '--out', 'ics23.proof', '--format', 'ics23', '--json']
      const ended = await world.run(words)
      expect(ended).toMatchObject({ code: 0, json: { format: 'ics23' } })
      expect((await readFile(at('ics23.proof'))).length).toBeGreaterThan(100)
    }
  })

  it('writes nothing where it may not', async () => {
    const words = ['proof', 'get', 'published/G-1.pem', '--out', 'no/such/folder/file', '--json']
    expect(await world.run(words)).toMatchObject({ code: 1, json: { error: { code: 'cli.unwritable' } } })
  })
})

describe('proof verify', () => {
  it('says valid with exit code 0, in the documented form', async () => {
    const ended = await verify('published/G-1.pem', 'G-1.proof')
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    expect(ended.json).toEqual({
      verdict: 'valid',
      code: 'certificate.valid',
      checkedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      headerTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      ageSeconds: expect.any(Number),
      proofBytes: (await readFile(at('G-1.proof'))).length,
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
  })

  it('says the same in words', async () => {
    const words = ['proof', 'verify', 'published/G-1.pem', '--proof', 'G-1.proof', '--trust', 'ledger.trust']
    const ended = await run(words, { cwd: world.folder })
    expect(ended.stdout.split('\n')[0]).toBe('valid')
    expect(ended.stdout).toContain('certificate.valid')
  })

  it('says revoked and never-published with exit code 1', async () => {
    expect(await verify('published/G-2.pem', 'G-2.proof')).toMatchObject({ code: 1, json: { verdict: 'revoked' } })
    expect(await verify('unpublished/U-1.pem', 'U-1.proof')).toMatchObject({
      code: 1,
      json: { verdict: 'never-published' },
    })
  })

  it('judges at another time: before the revocation, before its beginning, after the end', async () => {
    const atTime = async (name: string, time: string) => verify(`published/${name}.pem`, `${name}.proof`, '--at', time)
    expect(await atTime('G-2', between)).toMatchObject({ code: 0, json: { verdict: 'valid', checkedAt: between } })
    expect(await atTime('G-1', '2020-01-01')).toMatchObject({ code: 1, json: { verdict: 'not-yet-valid' } })
    expect(await atTime('G-1', '2199-12-31T23:59:59+08:00')).toMatchObject({ code: 1, json: { verdict: 'expired' } })
  })

  it('refuses a proof that is older than it may be', async () => {
    expect(await verify('published/G-1.pem', 'G-1.proof', '--max-age', '0')).toMatchObject({
      code: 1,
      json: { verdict: 'invalid' },
    })
    expect(await verify('published/G-1.pem', 'G-1.proof', '--max-age', '3600')).toMatchObject({ code: 0 })
  })

  it('finds a flipped bit anywhere', async () => {
    for (const offset of [0, 40, 300, -1]) {
      const proof = await flipped('G-1.proof', offset)
      expect(await verify('published/G-1.pem', proof), `proof ${offset}`).toMatchObject({
        code: 1,
        json: { verdict: 'invalid', fingerprint: expect.any(String) },
      })
      const trust = await flipped('ledger.trust', offset > 200 ? 100 : offset)
      const words = ['proof', 'verify', 'published/G-1.pem', '--proof', 'G-1.proof', '--trust', trust, '--json']
      expect(await run(words, { cwd: world.folder }), `trust ${offset}`).toMatchObject({
        code: 1,
        json: { verdict: 'invalid' },
      })
    }
    for (const offset of [0, 100, -30]) {
      const certificate = await flipped('published/G-1.pem', offset)
      expect(await verify(certificate, 'G-1.proof'), `certificate ${offset}`).toMatchObject({
        code: 1,
        json: { verdict: 'invalid' },
      })
    }
  })

  it("takes another certificate's proof, an empty file and a file without end for invalid", async () => {
    await writeFile(at('empty'), '')
    await writeFile(at('long'), Buffer.alloc(1_000_000))
    for (const proof of ['G-2.proof', 'empty', 'long']) {
      expect(await verify('published/G-1.pem', proof), proof).toMatchObject({ code: 1, json: { verdict: 'invalid' } })
    }
  })

  it('says which file is not what it should be', async () => {
    const message = async (certificate: string, proof: string, trust: string) => {
      const words = ['proof', 'verify', certificate, '--proof', proof, '--trust', trust, '--json']
      return (await run(words, { cwd: world.folder })).json
    }
    const good = ['published/G-1.pem', 'G-1.proof', 'ledger.trust'] as const
    expect(await message(good[0], 'ledger.trust', good[2])).toMatchObject({
      message: expect.stringMatching(/^ledger\.trust: /),
    })
    expect(await message(good[0], good[1], 'G-1.proof')).toMatchObject({
      message: expect.stringMatching(/^G-1\.proof: /),
    })
    expect(await message('G-1.proof', good[1], good[2])).toMatchObject({
      message: expect.stringMatching(/^G-1\.proof: /),
    })
  })

  it('takes files that are not there and bundles for wrong usage', async () => {
    expect(await verify('published/G-1.pem', 'missing')).toMatchObject({ code: 2 })
    expect(await verify('missing.pem', 'G-1.proof')).toMatchObject({ code: 2 })
    const one = await readFile(at('published/G-1.pem'), 'utf8')
    await writeFile(at('bundle.pem'), one + one)
    expect(await verify('bundle.pem', 'G-1.proof')).toMatchObject({
      code: 2,
      json: { error: { code: 'cli.not-one-certificate' } },
    })
  })

  it.each(['yesterday', '2026-02-30', '2026-01-31T12:00', '1700000000'])(
    'does not take %s for a time',
    async (time) => {
      expect(await verify('published/G-1.pem', 'G-1.proof', '--at', time)).toMatchObject({
        code: 2,
        json: { error: { code: 'cli.usage' } },
      })
    },
  )
})

describe('reading from the node', () => {
  it('shows a certificate with its history, by file or by fingerprint', async () => {
    const shown = await world.run(['certificate', 'show', 'published/G-2.pem', '--json'])
    expect(shown).toMatchObject({
      code: 0,
      json: {
        manufacturer: 'vendor-a',
        serial: 'G-2',
        states: [{ state: 'valid' }, { state: 'revoked', reason: 'key-compromise' }],
      },
    })
    const { fingerprint } = shown.json as { readonly fingerprint: string }
    expect((await world.run(['certificate', 'show', fingerprint])).stdout).toMatch(/serial +G-2\n/)
    expect(await world.run(['certificate', 'show', 'cd'.repeat(32), '--json'])).toMatchObject({
      code: 1,
      json: { error: { code: 'pki.unknown-certificate' } },
    })
    expect(await world.run(['certificate', 'show', fingerprint.toUpperCase(), '--json'])).toMatchObject({ code: 2 })
  })

  it('tells the status with exit code 0 for valid only', async () => {
    const status = (word: string) => world.run(['certificate', 'status', word, '--json'])
    expect(await status('published/G-1.pem')).toMatchObject({ code: 0, json: { verdict: 'valid' } })
    expect(await status('published/G-2.pem')).toMatchObject({ code: 1, json: { verdict: 'revoked' } })
    expect(await status('unpublished/U-1.pem')).toMatchObject({ code: 1, json: { verdict: 'never-published' } })
  })

  it('lists members and modules, and prints the OpenAPI document', async () => {
    const members = await world.run(['member', 'list', '--json'])
    expect(members.json).toMatchObject([
      { id: 'regulator', name: 'Member regulator', roles: ['regulator'], state: 'active' },
      { id: 'vendor-a', roles: ['vendor'] },
      { id: 'vendor-b' },
    ])
    expect((await world.run(['member', 'list'])).stdout).toMatch(/^ID +ROLES +STATE +NAME\nregulator /)
    const modules = await world.run(['module', 'list', '--json'])
    expect(modules.json).toMatchObject([{ name: 'governance' }, { name: 'pki', version: 1 }])
    expect((await world.run(['openapi'])).json).toMatchObject({ openapi: expect.stringMatching(/^3\.1/) })
  })
})
