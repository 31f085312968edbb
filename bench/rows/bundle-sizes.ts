import { randomBytes } from 'node:crypto'
import { NodeClient } from '../../api/client/index.ts'
import { recordPart } from '../../pki/status/index.ts'
import { toHex } from '../../src/codec/index.ts'
import { decodeProof } from '../../src/light/index.ts'
import type { Bench } from '../bench.ts'
import { median } from '../numbers.ts'
import { million } from '../plan.ts'
import type { Figure, Row } from '../row.ts'

/** Proofs of absence that are fetched. */
const sample = 200

/** Bytes that one more level of the tree adds to a path. */
const siblingBytes = 32

const common = { against: 'nothing', unit: 'B', judged: 'value', better: 'lower' } as const

/** The whole file that a reader with a trust file needs beside the certificate. */
export const bundleMembership: Row = {
  ...common,
  name: 'bundle-membership',
  title: 'the proof file of a published certificate at a million, one validator',
  reach: 2000,
  goal: 1700,
  measure: async (bench) =>
    sizes(
      bench,
      (await bench.campaign()).proofs.map(({ proof }) => proof),
    ),
}

export const bundleAbsence: Row = {
  ...common,
  name: 'bundle-absence',
  title: 'the proof file of a certificate that was never published, at a million, one validator',
  reach: 2100,
  goal: 1700,
  measure: async (bench) => {
    const { node } = await bench.campaign()
    const client = new NodeClient(node.started.url)
    const found: Uint8Array[] = []
    for (let one = 0; one < sample; one++) found.push(await client.proof(toHex(randomBytes(32))))
    return sizes(bench, found)
  },
}

/** What one more certificate costs whoever knows header and standing. */
export const certificatePart: Row = {
  ...common,
  name: 'certificate-part',
  title: 'the part of the proof file that is about one certificate, when header and standing are known',
  reach: 950,
  goal: 850,
  measure: async (bench) =>
    sizes(
      bench,
      (await bench.campaign()).proofs.map(({ certificate, proof }) => recordPart(decodeProof(proof), certificate)),
    ),
}

async function sizes(bench: Bench, files: readonly Uint8Array[]): Promise<Figure> {
  const { published } = await bench.campaign()
  const lengths = files.map(({ length }) => length)
  const [middle, largest] = [median(lengths), Math.max(...lengths)]
  const levels = Math.max(0, Math.log2(million / published))
  const value = Math.round(middle + siblingBytes * levels)
  const measured = `median of ${files.length} files at ${published} certificates, the largest ${largest} B`
  const computed = `computed from ${middle} B by ${levels.toFixed(1)} levels of ${siblingBytes} B more; ${measured}`
  return { value, ratio: null, note: levels === 0 ? measured : computed }
}
