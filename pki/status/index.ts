/**
 * Status: what a relying party does. Runs offline, in a browser as well as in Node.
 *
 * May import: `src/codec`, `src/crypto/portable`, `src/light`, `src/governance` and `pki/contract` (schemas).
 * Start reading at `verify-certificate.ts`, then `verdict.ts`.
 */
export { verificationError } from './errors.ts'
export { type Judgement, judge, type ProvenFacts, type Verdict, verdicts } from './verdict.ts'
export { type Verification, type VerificationInput, verifyCertificate } from './verify-certificate.ts'
