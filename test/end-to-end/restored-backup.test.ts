/** Yesterday's backup over today's revocation, on both engines: the revocation stays, or nothing is served. */
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { NodeClient } from '../../api/client/index.ts'
import { protocols } from '../../api/protocols.ts'
import { verifyCertificate } from '../../pki/status/index.ts'
import { installCometbft } from '../../scripts/install-cometbft.ts'
import { toHex } from '../../src/codec/index.ts'
import { restoreBackup, writeBackup } from '../../src/fsck/index.ts'
import { programOf } from '../../src/host/index.ts'
import { makeOperation, signTransaction, type TransactionSigner } from '../../src/node/index.ts'
import { cometbftHomeOf } from '../faults/node-engine.ts'
import { openScene, type Scene } from '../faults/scene.ts'
import { signingStateOf } from '../faults/setting.ts'
import { type Item, itemOf } from '../faults/submissions.ts'
import { SupervisedNode } from '../faults/supervised-node.ts'
import { fsckComplaints } from '../faults/survival.ts'
import { withStore } from '../fsck/history.ts'
import { testDevice } from '../ledger/devices.ts'
import { withClient } from '../postgres.ts'

const validity = 30n * 60_000n
const idleInterval = 200
const patience = 30_000

let scene: Scene
let node: SupervisedNode
let words: readonly string[]
afterEach(async () => {
  await node.discard()
  await scene.discard()
})

async function open(cometbft?: string): Promise<void> {
  words = cometbft === undefined ? [] : [cometbft]
  scene = await openScene({ idleInterval, ...(cometbft === undefined ? {} : { cometbft }) })
  node = scene.node
}

function startAgain(): void {
  node = new SupervisedNode(scene.folder, scene.postgres.connection, idleInterval, { words })
}

async function submit(type: 'publish' | 'revoke', body: unknown, signer: TransactionSigner): Promise<void> {
  const declared = programOf(protocols, 1).transactionType('pki', type)
  if (declared === undefined) throw new TypeError(`there is no pki/${type}`)
  const operation = makeOperation('pki', type, declared, body)
  const bytes = await signTransaction(scene.chain, [operation], [signer], BigInt(Date.now()) + validity)
  expect(await new NodeClient(await node.url()).submit(bytes)).toMatchObject({ number: 0 })
}

async function publish(serial: string): Promise<Item> {
  const item = itemOf((await testDevice(scene.chain, scene.vendor.id, serial)).certificate)
  await submit('publish', [{ certificate: item.certificate }], scene.vendor.signer)
  return item
}

function revoke({ fingerprint }: Item): Promise<void> {
  return submit('revoke', [{ fingerprint, reason: 'key-compromise' }], scene.regulator.signer)
}

/** What a relying party concludes offline. */
async function verdictOf({ certificate, fingerprint }: Item): Promise<string> {
  const proof = await new NodeClient(await node.url()).proof(toHex(fingerprint))
  return verifyCertificate({ certificate, proof, trust: scene.trust, now: BigInt(Date.now()) }).verdict
}

/** Waits until the supervised node has ended by itself, and ends the supervision. @returns the code that it gave */
async function refusal(): Promise<string | undefined> {
  const until = performance.now() + patience
  while (node.endings.length === 0 && performance.now() < until) await sleep(20)
  await node.discard()
  const [ending] = node.endings
  expect(ending).toMatchObject({ wasReady: false, noise: '' })
  return ending?.failure?.code
}

const stored = () => ({ database: scene.postgres.connection, chain: scene.chain })
const backupFile = (name: string) => join(scene.folder, `${name}.backup`)

async function backUp(name: string): Promise<void> {
  const { chain } = scene
  await withStore(stored(), ({ tables }) => writeBackup({ tables, chain, file: backupFile(name) }))
}

async function putDatabaseBack(name: string): Promise<void> {
  const { chain, postgres } = scene
  await withClient(postgres.connection, (sql) => sql`drop schema ${sql(`chain_${chain}`)} cascade`)
  await withStore(stored(), (opened) => restoreBackup({ ...opened, chain, file: backupFile(name) }))
}

async function findings(): Promise<readonly string[]> {
  return withStore(stored(), ({ store }) => fsckComplaints(scene, store))
}

describe('on CometBFT', { timeout: 120_000 }, () => {
  const data = () => join(cometbftHomeOf(scene.folder), 'data')
  const signingState = () => join(data(), 'priv_validator_state.json')
  const copyOf = (name: string) => join(scene.folder, `${name}.data`)
  const keepData = (name: string) => cpSync(data(), copyOf(name), { recursive: true })
  /** The signing state stays the newest one. */
  const putDataBack = (name: string) => {
    const newest = readFileSync(signingState())
    rmSync(data(), { recursive: true })
    cpSync(copyOf(name), data(), { recursive: true })
    writeFileSync(signingState(), newest)
  }

  it('the blocks since the backup are brought again: what was revoked in between is revoked', async () => {
    await open(installCometbft())
    const early = await publish('S1')
    await node.stop()
    await backUp('older')
    keepData('older')
    startAgain()
    await revoke(early)
    const late = await publish('S2')
    await node.stop()
    await backUp('newest')
    keepData('newest')

    await putDatabaseBack('older')
    startAgain()
    expect(await verdictOf(early)).toBe('revoked')
    expect(await verdictOf(late)).toBe('valid')
    await node.stop()
    expect(await findings()).toEqual([])

    // The other way round nothing can be brought again.
    keepData('newest')
    putDataBack('older')
    startAgain()
    expect(await refusal()).toBe('engine.application-ahead')

    // Both of yesterday, and a signature of today that nobody can take back.
    await putDatabaseBack('older')
    startAgain()
    expect(await refusal()).toBe('engine.behind-signing-state')

    await putDatabaseBack('newest')
    putDataBack('newest')
    startAgain()
    expect(await verdictOf(early)).toBe('revoked')
    await node.stop()
    expect(await findings()).toEqual([])
  })
})

describe('on the solo engine', { timeout: 120_000 }, () => {
  it('a database behind the signing state is not served: what was revoked in between is revoked', async () => {
    await open()
    const early = await publish('S1')
    await node.stop()
    await backUp('older')
    const olderState = readFileSync(signingStateOf(scene.folder))
    startAgain()
    await revoke(early)
    await node.stop()
    await backUp('newest')
    const newestState = readFileSync(signingStateOf(scene.folder))

    await putDatabaseBack('older')
    startAgain()
    expect(await refusal()).toBe('engine.behind-signing-state')

    await putDatabaseBack('newest')
    writeFileSync(signingStateOf(scene.folder), olderState)
    startAgain()
    expect(await refusal()).toBe('engine.signing-state-stale')

    rmSync(signingStateOf(scene.folder))
    startAgain()
    expect(await refusal()).toBe('engine.signing-state-missing')
    expect(existsSync(signingStateOf(scene.folder))).toBe(false)

    writeFileSync(signingStateOf(scene.folder), newestState)
    startAgain()
    expect(await verdictOf(early)).toBe('revoked')
    await node.stop()
    expect(await findings()).toEqual([])
  })
})
