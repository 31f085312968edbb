import { Type } from 'typebox'
import {
  CertificateFilters,
  certificateProjection,
  findCertificates,
  searchError,
  searchStates,
} from '../../../pki/search/index.ts'
import { codecError, Word } from '../../../src/codec/index.ts'
import { CommonrootError } from '../../../src/errors/index.ts'
import type { Follower } from '../../../src/follower/index.ts'
import { type LedgerNode, nodeError } from '../../../src/node/index.ts'
import { followerError, storeError } from '../../../src/store/index.ts'
import { defaultSearchPage, maximumPage } from '../limits.ts'
import { answerJson, defineRoute, json } from '../route.ts'
import { Height, Instant, instant } from '../schemas.ts'
import { SearchedCertificate, searchedCertificate } from '../searched-certificate.ts'

const { manufacturer, serial, commonName, model, batch } = CertificateFilters.properties

/** A time in a query: whole or split seconds, in UTC. */
const TimeText = Type.String({
  format: 'date-time',
  pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-5][0-9](\\.[0-9]{1,3})?Z$',
})

const Cursor = Type.String({
  pattern: '^(0|[1-9][0-9]{0,17})$',
  description: '`next` of the page before.',
})

const worth = { rows: 'verified', completeness: 'claimed' } as const

const SearchPage = Type.Object({
  certificates: Type.Array(SearchedCertificate, { description: 'In the order of their publication.' }),
  next: Type.Optional(
    Type.Unsafe<string>({ ...Cursor, description: 'What to pass as `after` for the next page; absent on the last.' }),
  ),
  rows: Word('verified'),
  completeness: Word('claimed'),
  followedFrom: Type.Unsafe<bigint>({ ...Height, description: 'The first block that the index is of.' }),
  followedHeight: Type.Unsafe<bigint>({
    ...Height,
    description: 'The newest block that the index is of: what came later is not found, and does not exclude.',
  }),
  height: Type.Unsafe<bigint>({ ...Height, description: 'The block after which the rows are shown.' }),
  judgedAt: Instant,
})

export const searchCertificates = defineRoute({
  method: 'GET',
  path: '/v1/search/certificates',
  operation: 'searchCertificates',
  group: 'certificates',
  summary:
    'Certificates that fit all filters, page by page. Every row is verified against the state tree; that none is missing is claimed, not proven.',
  query: Type.Object(
    {
      manufacturer: Type.Optional(manufacturer),
      serial: Type.Optional(serial),
      commonName: Type.Optional(commonName),
      model: Type.Optional(model),
      batch: Type.Optional(batch),
      firmware: Type.Optional(
        Type.String({
          pattern: '^(0|[1-9][0-9]{0,9})(\\.(0|[1-9][0-9]{0,9})){0,7}$',
          description: 'Numbers with dots between them.',
        }),
      ),
      state: Type.Optional(
        Type.Unsafe<(typeof searchStates)[number]>({
          ...Word(...searchStates),
          description:
            'As recorded, mass revocations included; expiry is a matter of `expiresFrom` and `expiresBefore`.',
        }),
      ),
      expiresFrom: Type.Optional(TimeText),
      expiresBefore: Type.Optional(TimeText),
      after: Type.Optional(Cursor),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: maximumPage, default: defaultSearchPage })),
    },
    { additionalProperties: false },
  ),
  answers: { 200: json('A page of certificates.', SearchPage) },
  refusals: [
    codecError.numberOf('schema'),
    ...searchError.rows.filter(({ status }) => status !== 500).map(({ number }) => number),
    followerError.numberOf('off'),
    followerError.numberOf('not-ready'),
    followerError.numberOf('search-timeout'),
    storeError.numberOf('unavailable'),
    nodeError.numberOf('not-ready'),
  ],
  answer: async (
    { node, follower }: { readonly node: Pick<LedgerNode, 'chain'>; readonly follower: Follower | undefined },
    { query: { firmware, expiresFrom, expiresBefore, after, limit = defaultSearchPage, ...same } },
  ) => {
    if (follower === undefined) throw followerError('off')
    const filters = {
      ...same,
      ...(firmware === undefined ? {} : { firmware: firmware.split('.').map(Number) }),
      ...(expiresFrom === undefined ? {} : { expiresFrom: BigInt(Date.parse(expiresFrom)) }),
      ...(expiresBefore === undefined ? {} : { expiresBefore: BigInt(Date.parse(expiresBefore)) }),
    }
    const page = await findCertificates(follower, filters, {
      limit,
      ...(after === undefined ? {} : { after: BigInt(after) }),
    })
    const { head, store } = node.chain
    if (head === undefined) throw nodeError('not-ready')
    const view = await node.chain.view('head')
    try {
      const shown = await Promise.all(
        page.certificates.map((found) => searchedCertificate(view, store, found, head.time)),
      )
      return answerJson(200, {
        certificates: shown,
        ...(page.next === undefined ? {} : { next: page.next.toString() }),
        ...worth,
        followedFrom: page.first,
        followedHeight: page.height,
        height: view.height,
        judgedAt: instant(head.time),
      })
    } catch (error) {
      const isDoubtful = error instanceof CommonrootError && error.number === searchError.numberOf('row-differs')
      if (isDoubtful) follower.distrust(certificateProjection)
      throw error
    } finally {
      await view.close()
    }
  },
})
