/** Operations that do not touch each other give the same certificates in any order, in one block or in several. */
import { afterAll, describe, expect, it } from 'vitest'
import { parseCertificate } from '../../pki/certificate/index.ts'
import { certificates } from '../../pki/contract/index.ts'
import { fromHex, toHex } from '../../src/codec/index.ts'
import { collectionPrefix } from '../../src/state/index.ts'
import { SeededRandom } from '../faults/seeded-random.ts'
import { type BareChain, bareChain, bareGenesis, start } from '../host/bare-chain.ts'
import { type TestDevice, testDevice } from '../ledger/devices.ts'
import { testMember } from '../ledger/members.ts'
import { givenSeed, newSeed, seedVariable, shuffled } from './seed.ts'

const orders = 6
const seed = givenSeed() ?? newSeed()
const random = new SeededRandom(seed)
const makers = ['vendor-a', 'vendor-bb', 'vendor-ccc'].map((id) => testMember(id, ['vendor']))
const regulator = testMember('regulator', ['regulator'])
const genesis = bareGenesis([...makers, regulator])
const first = await bareChain({ genesis })
const { published, operations } = await makeOperations(first)
afterAll(() => console.log(`${seedVariable}=${seed}`))

/** Certificates that are there before, and transactions each of which concerns devices of its own. */
async function makeOperations({ chain, sign }: BareChain) {
  const times = { notBefore: start - 300_000n, notAfter: start + 86_400_000n }
  const before: Uint8Array[] = []
  const transactions: Uint8Array[] = []
  for (const { id, signer } of makers) {
    const devices = await Promise.all(
      Array.from({ length: 12 }, (_, index) => testDevice(chain.id, id, `S${index}`, times)),
    )
    const old = devices.slice(0, 6)
    before.push(await sign([['pki', 'publish', items(old)]], [signer]))
    for (const pair of [devices.slice(6, 8), devices.slice(8, 12)]) {
      transactions.push(await sign([['pki', 'publish', items(pair)]], [signer]))
    }
    for (const { certificate } of old.slice(0, 3)) {
      const { fingerprint } = parseCertificate(certificate)
      const item = { fingerprint, reason: random.pick(['key-compromise', 'superseded']) }
      transactions.push(await sign([['pki', 'revoke', [item]]], [random.pick([signer, regulator.signer])]))
    }
  }
  transactions.push(
    await sign([['pki', 'mass-revoke', { manufacturer: 'vendor-a', reason: 'unspecified' }]], [regulator.signer]),
  )
  return { published: before, operations: transactions }
}

function items(devices: readonly TestDevice[]) {
  return devices.map(({ certificate }) => ({ certificate }))
}

/** Runs the blocks on a chain of its own, all of whose items must be done. */
async function run(blocks: readonly (readonly Uint8Array[])[]): Promise<BareChain> {
  const bare = await bareChain({ genesis })
  for (const block of [published, ...blocks]) {
    const { results } = await bare.block(block)
    for (const { code, operations: done } of results) {
      expect([code, ...done.flatMap(({ verdicts = [] }) => verdicts)].every((number) => number === 0)).toBe(true)
    }
  }
  return bare
}

/** Certificates as what they are and were, without when. */
function withoutDates({ store }: BareChain): readonly string[] {
  const prefix = toHex(collectionPrefix('pki', 'certificates'))
  const own = [...store.rows('records')].filter(([key]) => key.startsWith(prefix))
  return own.map(([key, value]) => `${key} ${described(value)}`).sort()
}

function described(value: Uint8Array): string {
  const { states, ...rest } = certificates.decode(fromHex(toHex(value)))
  const words = states.map(({ state, reason }) => `${state} ${reason ?? ''}`)
  return JSON.stringify({ ...rest, fingerprint: '', key: toHex(rest.key), words })
}

function cut(transactions: readonly Uint8Array[]): readonly (readonly Uint8Array[])[] {
  const blocks: Uint8Array[][] = [[]]
  for (const transaction of transactions) {
    if (random.chance(0.3)) blocks.push([])
    blocks.at(-1)?.push(transaction)
  }
  return blocks
}

describe('operations that do not touch each other', () => {
  it('give the same root in every order inside one block', async () => {
    const { chain } = await run([operations])
    for (let order = 0; order < orders; order++) {
      const other = await run([shuffled(random, operations)])
      expect(other.chain.head).toEqual(chain.head)
    }
  })

  it('give the same certificates in every order among blocks', async () => {
    const expected = withoutDates(await run([operations]))
    expect(expected).toHaveLength(36)
    for (let order = 0; order < orders; order++) {
      expect(withoutDates(await run(cut(shuffled(random, operations))))).toEqual(expected)
    }
  })
})
