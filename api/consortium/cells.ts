/** The line of one vendor: each run makes new cells and publishes them through the node it is given. */
import { existsSync, readdirSync } from 'node:fs'
import {
  certificatePath,
  cliError,
  countSerials,
  findCertificates,
  issueDevices,
  NodeClient,
  openSigner,
  publishCertificates,
} from '../client/index.ts'
import { cellOrder } from '../ledger/index.ts'

/** Cells of one shift. */
export const shiftSize = 50

/** Certificates in one batch. */
const batch = 25

export type Line = {
  readonly folder: string
  readonly chain: string
  readonly vendor: string
  readonly keyFile: string
}

/** One shift: makes cells whose serials follow the last ones, and publishes them. @returns the certificate files @throws cli.publication-refused */
export async function runShift(line: Line, url: string, signal: AbortSignal): Promise<readonly string[]> {
  const { folder, chain, vendor, keyFile } = line
  const made = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.pem')).length : 0
  const serials = countSerials(`AUR-${String(made + 1).padStart(6, '0')}`, shiftSize)
  await issueDevices(cellOrder(vendor, chain, serials), { folder, passphrase: null, signal })
  const files = serials.map((serial) => certificatePath(folder, serial))
  const node = new NodeClient(url, signal)
  const signer = await openSigner(node, chain, keyFile, undefined)
  const { certificates } = await findCertificates(files)
  const verdicts = await publishCertificates({ node, signer, certificates, batch, signal })
  const refused = verdicts.find(({ code }) => code !== 'done' && code !== 'unchanged')
  if (refused !== undefined) throw cliError('publication-refused', { count: 1, code: refused.code })
  return files
}
