/** Searching over pages: as many rows as wanted, however many a node gives at once. */
import type { Static } from '../../src/codec/index.ts'
import type { SearchPageAnswer } from './answers.ts'
import type { NodeClient } from './node-client.ts'

/** Filters as they stand in the query: all that are given must fit. */
export type CertificateQuery = {
  readonly manufacturer?: string
  readonly serial?: string
  readonly commonName?: string
  readonly model?: string
  readonly batch?: string
  readonly firmware?: string
  readonly state?: string
  readonly expiresFrom?: string
  readonly expiresBefore?: string
}

type Page = Static<typeof SearchPageAnswer>

/** Of several pages: heights are those of the first one, which is the least that all of them cover. */
export type SearchAnswer = Omit<Page, 'next'> & {
  /** There are certificates beyond the limit. */
  readonly more: boolean
}

/** Rows that a node gives at once, at most. */
const pageSize = 100

/** @throws api.invalid-request, codec.schema, search.expiry-range, follower.off, follower.not-ready and their kin */
export async function searchCertificates(
  node: Pick<NodeClient, 'searchCertificates'>,
  query: CertificateQuery,
  limit: number,
): Promise<SearchAnswer> {
  const ask = (wanted: number, after?: string) =>
    node.searchCertificates({
      ...query,
      limit: String(Math.min(wanted, pageSize)),
      ...(after === undefined ? {} : { after }),
    })
  const { next: second, ...first } = await ask(limit)
  const certificates = [...first.certificates]
  let next = second
  while (next !== undefined && certificates.length < limit) {
    const page = await ask(limit - certificates.length, next)
    certificates.push(...page.certificates)
    next = page.certificates.length === 0 ? undefined : page.next
  }
  return { ...first, certificates, more: next !== undefined }
}
