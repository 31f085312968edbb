/** State sync through the real engine: a node without a history takes a snapshot of a peer, and goes on with the chain. */
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { certificateProof } from '../../api/http/index.ts'
import { freePorts } from '../../api/ledger/index.ts'
import { protocols } from '../../api/protocols.ts'
import { parseCertificate } from '../../pki/certificate/index.ts'
import { pkiModule } from '../../pki/contract/index.ts'
import { verifyCertificate } from '../../pki/status/index.ts'
import { installCometbft } from '../../scripts/install-cometbft.ts'
import { type Genesis, genesisValidators } from '../../src/chain/index.ts'
import { toHex } from '../../src/codec/index.ts'
import { ed25519Raw } from '../../src/crypto/index.ts'
import { prepareIdentity, type Snapshots } from '../../src/engine/index.ts'
import { headerHash, trimVotes } from '../../src/light/index.ts'
import { makeOperation, signTransaction } from '../../src/node/index.ts'
import { exportSnapshot } from '../../src/snapshot/index.ts'
import { until } from '../engine/following.ts'
import { check } from '../fsck/history.ts'
import { testDevice } from '../ledger/devices.ts'
import { testMember } from '../ledger/members.ts'
import { testDatabase } from '../postgres.ts'
import { type ConsortiumNode, startConsortiumNode } from './consortium-node.ts'
import { testFolder } from './exported.ts'
import { flipped } from './forging.ts'

const binary = installCometbft()
const folder = await testFolder()
const homes = [join(folder, 'a'), join(folder, 'b'), join(folder, 'liar')] as const
const databases = [await testDatabase(), await testDatabase(), await testDatabase()] as const
const vendor = testMember('vendor-a', ['vendor'])
const first = await prepareIdentity(homes[0])
const genesis: Genesis = {
  name: 'synced',
  time: BigInt(Date.now()) - 1000n,
  protocol: 1,
  members: [{ id: vendor.id, name: vendor.name, roles: vendor.roles, keys: vendor.keys }],
  parameters: [],
  validators: [{ key: ed25519Raw(first.validator), power: 10n }],
}
const [port = 0, gatePort = 0, liarPort = 0] = await freePorts(3)
const liarId = (await prepareIdentity(homes[2])).nodeId
const running: ConsortiumNode[] = []
afterAll(() => Promise.all(running.map((node) => node.stop())))

async function publish(
  { node, chain }: ConsortiumNode,
  count: number,
): Promise<{ readonly certificates: readonly Uint8Array[]; readonly transaction: Uint8Array }> {
  const certificates: Uint8Array[] = []
  const serial = chain.head!.height
  for (let index = 0; index < count; index++) {
    certificates.push((await testDevice(chain.id, vendor.id, `S${serial}-${index}`)).certificate)
  }
  const items = certificates.map((certificate) => ({ certificate }))
  const operation = makeOperation('pki', 'publish', pkiModule.transactions.publish!, items)
  const transaction = await signTransaction(chain.id, [operation], [vendor.signer], chain.head!.time + 600_000n)
  await node.submissions.submit(transaction)
  return { certificates, transaction }
}

/** Offers what others offer, and hands out every chunk with a byte changed. */
function lying(snapshots: Snapshots): Snapshots {
  return {
    list: () => snapshots.list(),
    offer: (...offer) => snapshots.offer(...offer),
    apply: (...chunk) => snapshots.apply(...chunk),
    load: async (place) => {
      const bytes = await snapshots.load(place)
      return bytes && flipped(bytes, 50)
    },
  }
}

it('begins with a snapshot of its peers, one of whom lies, and follows the chain from there', async () => {
  const a = await startConsortiumNode({
    genesis,
    database: databases[0],
    home: homes[0],
    binary,
    listen: `127.0.0.1:${port}`,
    lightGate: `127.0.0.1:${gatePort}`,
    snapshots: join(folder, 'snapshots-a'),
  })
  running.push(a)
  const before = await publish(a, 40)
  await publish(a, 40)
  await until('a header beyond', async () => (await a.node.signedHeader(a.chain.head!.height)) !== undefined)
  const exported = await exportSnapshot({
    connection: databases[0],
    chain: a.chain.id,
    protocols,
    folder: join(folder, 'snapshots-a'),
    at: 'provable',
    // Many chunks, each asked of one of both peers: none at all of the liar would be one case in a billion.
    chunkBytes: 2048,
    signedHeader: async (height) => {
      const signed = await a.node.signedHeader(height)
      return signed && trimVotes(signed, genesisValidators(genesis))
    },
  })
  const liar = await startConsortiumNode({
    genesis,
    database: databases[2],
    home: homes[2],
    binary,
    listen: `127.0.0.1:${liarPort}`,
    peers: [`${first.nodeId}@127.0.0.1:${port}`],
    snapshots: join(folder, 'snapshots-a'),
    disguise: lying,
  })
  running.push(liar)
  await until('two more blocks', async () => (await a.engine.status()).height > exported.height + 2n)
  const { header } = await a.engine.signedHeader(1n)
  const b = await startConsortiumNode({
    genesis,
    database: databases[1],
    home: homes[1],
    binary,
    listen: '127.0.0.1:0',
    peers: [`${first.nodeId}@127.0.0.1:${port}`, `${liarId}@127.0.0.1:${liarPort}`],
    snapshots: join(folder, 'snapshots-b'),
    stateSync: {
      // Of different operators, in earnest: a light client compares what they say.
      servers: [`127.0.0.1:${gatePort}`, `localhost:${gatePort}`],
      trustHeight: 1n,
      trustHash: headerHash(header),
      trustingPeriod: 3_600_000n,
    },
  })
  running.push(b)
  await until('the snapshot', () => b.chain.head !== undefined, 60_000)
  expect(b.refused[0]).toMatchObject({ sender: liarId, error: { code: 'snapshot.chunk-damaged' } })
  const base = await b.chain.store.base()
  expect(base).toMatchObject({ height: exported.height, root: exported.root })
  expect((await b.chain.store.block(exported.height))?.height).toBeUndefined()
  const after = await publish(a, 20)
  const { height } = a.chain.head!
  await until('the newest block', () => (b.chain.head?.height ?? 0n) >= height, 60_000)
  expect(toHex((await b.chain.store.block(height))!.root)).toBe(toHex((await a.chain.store.block(height))!.root))
  await expect(b.node.submissions.submit(before.transaction)).rejects.toMatchObject({ code: 'node.result-elsewhere' })
  for (const certificate of [before.certificates[0]!, after.certificates[0]!]) {
    const proof = await certificateProof(b.node, parseCertificate(certificate).fingerprint)
    const trust = await a.node.trust()
    expect(verifyCertificate({ certificate, proof, trust, now: BigInt(Date.now()) })).toMatchObject({
      verdict: 'valid',
    })
  }
  expect(a.failures).toEqual([])
  expect(b.failures).toEqual([])
  await b.stop()
  running.pop()
  const report = await check({ database: databases[1], genesis, chain: b.chain.id })
  expect(report.findings).toEqual([])
}, 120_000)
