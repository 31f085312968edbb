/** The line of one vendor: makes its cells, publishes them, and revokes one. What is done already is not done again. */
import { existsSync } from 'node:fs'
import {
  cliError,
  countSerials,
  findCertificates,
  issueDevices,
  issuedIn,
  NodeClient,
  openSigner,
  publishCertificates,
  revokeCertificate,
  writeWhole,
} from '../client/index.ts'
import { cellOrder, type Narrator } from '../ledger/index.ts'
import { type Layout, memberKeyFile } from './layout.ts'
import { lineSize, publicationBatch } from './limits.ts'
import { lineVendor } from './roster.ts'

/** The three cells that the gateway asks about. */
export const cells = { good: 'AUR-000001', revoked: 'AUR-000007', unpublished: 'AUR-009999' } as const

export type Production = { readonly issued: number; readonly published: number }

export type ProductionSite = {
  readonly layout: Layout
  readonly chain: string
  readonly url: string
  readonly narrator: Narrator
  readonly signal: AbortSignal
}

/** @returns what was new in this run @throws cli.publication-refused; what issuing and publishing throw */
export async function runLine(site: ProductionSite): Promise<Production> {
  const { layout, narrator } = site
  const issued = await issueCells(site)
  await issueUnpublished(site)
  if (existsSync(layout.receipt)) {
    narrator.step('line', `${lineVendor} made and published its ${lineSize} cells in an earlier run`)
    return { issued, published: 0 }
  }
  const published = await publishCells(site)
  await writeWhole(layout.receipt, `${JSON.stringify({ chain: site.chain, certificates: lineSize })}\n`, 'owner')
  return { issued, published }
}

async function issueCells({ layout, chain, narrator, signal }: ProductionSite): Promise<number> {
  const serials = countSerials(cells.good, lineSize)
  const made = new Set(await issuedIn(layout.line, serials))
  const missing = serials.filter((serial) => !made.has(serial))
  if (missing.length === 0) return 0
  await narrator.task('line', missing.length, async (onProgress) => {
    await issueDevices(cellOrder(lineVendor, chain, missing), {
      folder: layout.line,
      passphrase: null,
      onProgress,
      signal,
    })
    return `${lineVendor} made ${missing.length} cells: each has its own key and signs its own certificate`
  })
  return missing.length
}

/** A certificate that is as good as the others, except that nobody has published it. */
async function issueUnpublished({ layout, chain, signal }: ProductionSite): Promise<void> {
  const serials = [cells.unpublished]
  if ((await issuedIn(layout.unpublished, serials)).length > 0) return
  await issueDevices(cellOrder(lineVendor, chain, serials), { folder: layout.unpublished, passphrase: null, signal })
}

async function publishCells({ layout, chain, url, narrator, signal }: ProductionSite): Promise<number> {
  const node = new NodeClient(url, signal)
  const signer = await openSigner(node, chain, memberKeyFile(layout, lineVendor), undefined)
  const { certificates } = await findCertificates([layout.line])
  let published = 0
  await narrator.task('publication', certificates.length, async (onProgress) => {
    const verdicts = await publishCertificates({
      node,
      signer,
      certificates,
      batch: publicationBatch,
      onProgress,
      signal,
    })
    const refused = verdicts.filter(({ code }) => code !== 'done' && code !== 'unchanged')
    const [first] = refused
    if (first !== undefined) throw cliError('publication-refused', { count: refused.length, code: first.code })
    published = verdicts.filter(({ code }) => code === 'done').length
    return `${published} certificates published over HTTP, ${publicationBatch} in a batch`
  })
  const victim = certificates.find(({ serial }) => serial === cells.revoked)
  if (victim === undefined) throw cliError('data-damaged', { path: layout.line, reason: `${cells.revoked} is missing` })
  const { code } = await revokeCertificate({ node, signer, signal }, victim.fingerprint, 'key-compromise')
  if (code !== 'done' && code !== 'unchanged') throw cliError('publication-refused', { count: 1, code })
  narrator.step('revocation', `${cells.revoked} is revoked: its key was compromised`)
  return published
}
