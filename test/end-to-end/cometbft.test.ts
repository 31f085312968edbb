/** The Engine port against the real thing: CometBFT 0.40 finalises a publication, and the same light client verifies it. */
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { certificateIcs23Proof } from '../../api/http/certificate-proof.ts'
import { protocols } from '../../api/protocols.ts'
import { parseCertificate } from '../../pki/certificate/index.ts'
import { certificates } from '../../pki/contract/index.ts'
import { verifyCertificate } from '../../pki/status/index.ts'
import { installCometbft } from '../../scripts/install-cometbft.ts'
import { Chain, replayBlocks } from '../../src/chain/index.ts'
import { concat, messageField, toHex } from '../../src/codec/index.ts'
import { RpcClient } from '../../src/engine/cometbft/rpc-client.ts'
import { recordAddress } from '../../src/module/index.ts'
import { openStore } from '../../src/store/index.ts'
import { recordedBlocks } from '../chain/recorded-blocks.ts'
import { testDevice } from '../ledger/devices.ts'
import { startTestLedger } from '../ledger/ledger.ts'
import { testMember } from '../ledger/members.ts'
import { proofOf, verdictOf } from '../ledger/proofs.ts'
import { testDatabase } from '../postgres.ts'

const secondDatabase = await testDatabase()
const vendor = testMember('vendor-a', ['vendor'])
const regulator = testMember('regulator', ['regulator'])
let ledger = await startTestLedger({
  database: await testDatabase(),
  members: [vendor, regulator],
  cometbft: installCometbft(),
})
afterAll(() => ledger.stop())

describe('a chain on CometBFT', () => {
  it('finalises a publication and a revocation, and the light client verifies both proofs', async () => {
    const good = await testDevice(ledger.chain.id, vendor.id, 'S1')
    const bad = await testDevice(ledger.chain.id, vendor.id, 'S2')
    const items = [good, bad].map(({ certificate }) => ({ certificate }))
    const published = await ledger.submit([['pki', 'publish', items]], [vendor.signer])
    expect(published.result).toEqual({ code: 0, operations: [{ verdicts: [0, 0] }] })
    const { fingerprint } = parseCertificate(bad.certificate)
    await ledger.submit([['pki', 'revoke', [{ fingerprint, reason: 'key-compromise' }]]], [regulator.signer])
    expect(await verdictOf(ledger, good.certificate)).toMatchObject({ verdict: 'valid' })
    expect(await verdictOf(ledger, bad.certificate)).toMatchObject({ verdict: 'revoked' })
    const unknown = await testDevice(ledger.chain.id, vendor.id, 'S3')
    expect(await verdictOf(ledger, unknown.certificate)).toMatchObject({ verdict: 'never-published' })
  })

  it('goes on after a restart, with the trust that was pinned before', async () => {
    const trust = await ledger.node.trust()
    ledger = await ledger.restart()
    const later = await testDevice(ledger.chain.id, vendor.id, 'S4')
    const { result } = await ledger.submit([['pki', 'publish', [{ certificate: later.certificate }]]], [vendor.signer])
    expect(result.operations).toEqual([{ verdicts: [0] }])
    const proof = await proofOf(ledger, later.certificate)
    const now = BigInt(Date.now())
    expect(verifyCertificate({ certificate: later.certificate, proof, trust, now })).toMatchObject({ verdict: 'valid' })
  })

  it('answers an ABCI query for a leaf, present or absent, with the proof that the HTTP interface exports', async () => {
    const rpc = new RpcClient({ path: join(ledger.folder, 'run', 'rpc') })
    const known = await testDevice(ledger.chain.id, vendor.id, 'S5')
    const unknown = await testDevice(ledger.chain.id, vendor.id, 'S6')
    await ledger.submit([['pki', 'publish', [{ certificate: known.certificate }]]], [vendor.signer])
    for (const { certificate } of [known, unknown]) {
      const { fingerprint } = parseCertificate(certificate)
      const exported = await certificateIcs23Proof(ledger.node, fingerprint)
      const { key } = recordAddress(certificates, fingerprint)
      const height = String(exported.headerHeight - 1n)
      const result = await rpc.call('abci_query', { path: '/records', data: toHex(key), height, prove: true })
      const response = result.record('response')
      const proofs = response.record('proofOps').records('ops')
      expect(proofs.map((proof) => proof.text('type'))).toEqual(['ics23:smt', 'ics23:simple'])
      const data = proofs.map((proof) => messageField(1, Uint8Array.fromBase64(proof.text('data'))))
      expect(toHex(concat(...data))).toBe(toHex(exported.bytes))
      expect(response.has('value')).toBe(certificate === known.certificate)
    }
    const refused = await rpc.call('abci_query', { path: '/elsewhere', data: '00', height: '0', prove: false })
    expect(refused.record('response').text('log')).toBe('engine.query-refused')
    rpc.close()
  })

  it('has the signed header of every block but the newest in its own store, without being asked', async () => {
    const { chain } = ledger
    const next = Promise.withResolvers<void>()
    chain.onCommit(() => next.resolve())
    await next.promise
    const head = chain.head!.height
    await expect
      .poll(async () => (await chain.store.signedHeaders.missing(100)).filter((height) => height > 0n && height < head))
      .toEqual([])
  })

  it('gives a history that replays without any engine', async () => {
    const blocks = await recordedBlocks(ledger.chain)
    const store = await openStore({ connection: secondDatabase, chain: ledger.chain.id })
    const replayed = await Chain.open({ genesis: ledger.genesis, store, protocols })
    await replayBlocks(replayed, ledger.genesis, blocks)
    expect(toHex(replayed.head!.root)).toBe(toHex(blocks.at(-1)!.root))
    await store.close()
  })
})
