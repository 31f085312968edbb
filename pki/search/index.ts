/**
 * Search: certificates by what they say and how they stand, over rows that the follower builds from blocks. A search
 * points to certificates; what is true about them is in the ledger's records.
 *
 * May import: `src/follower`, `src/store` (statements), `src/codec`, `src/errors`, `pki/certificate`, `pki/contract`.
 * Start reading at `projection.ts` (what is kept), then `find.ts` (how it is found).
 */
export { searchError } from './errors.ts'
export {
  CertificateFilters,
  type FoundCertificate,
  type FoundPage,
  findCertificates,
  searchStates,
} from './find.ts'
export { certificateProjection } from './projection.ts'
