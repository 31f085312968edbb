/** A gateway that lets cells in: it fetches files once, and then verifies with nothing else. */
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseCertificate } from '../../pki/certificate/index.ts'
import { type Verdict, verifyCertificate } from '../../pki/status/index.ts'
import { toHex } from '../../src/codec/index.ts'
import { voteVerifier } from '../../src/crypto/index.ts'
import { certificatePath, type NodeClient, readOneCertificate, writeWhole } from '../client/index.ts'
import type { Layout } from './layout.ts'
import { cells } from './production.ts'

export type GatewayVerdict = {
  readonly serial: string
  readonly verdict: Verdict
  readonly code: string
  readonly proofBytes: number
  /** What the verification took, without reading the files. */
  readonly milliseconds: number
}

type Files = { readonly serial: string; readonly certificate: string; readonly proof: string }

/** The three cells with their files. */
function filesOf({ line, unpublished, gateway }: Layout): readonly Files[] {
  const place = (serial: string, folder: string): Files => ({
    serial,
    certificate: certificatePath(folder, serial),
    proof: join(gateway, `${serial}.proof`),
  })
  return [place(cells.good, line), place(cells.revoked, line), place(cells.unpublished, unpublished)]
}

/** While there is a network: a trust file, and a proof for each cell. */
export async function fetchProofs(layout: Layout, node: NodeClient): Promise<void> {
  await mkdir(layout.gateway, { recursive: true, mode: 0o700 })
  await writeWhole(layout.trust, await node.trust(), 'everybody')
  for (const { certificate, proof } of filesOf(layout)) {
    const { fingerprint } = parseCertificate(await readOneCertificate(certificate))
    await writeWhole(proof, await node.proof(toHex(fingerprint)), 'everybody')
  }
}

/** Without one: files in, verdicts out. */
export async function verifyOffline(layout: Layout): Promise<readonly GatewayVerdict[]> {
  const verdicts: GatewayVerdict[] = []
  for (const { serial, certificate, proof } of filesOf(layout)) {
    const input = {
      certificate: await readOneCertificate(certificate),
      proof: await readFile(proof),
      trust: await readFile(layout.trust),
      now: BigInt(Date.now()),
      verifier: voteVerifier,
    }
    const started = performance.now()
    const { verdict, code, proofBytes } = verifyCertificate(input)
    verdicts.push({ serial, verdict, code, proofBytes, milliseconds: performance.now() - started })
  }
  return verdicts
}
