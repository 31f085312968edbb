/**
 * Status: what a relying party does. Runs offline, in a browser as well as in Node.
 *
 * May import: `src/codec`, `src/crypto/portable`, `src/light`, `src/governance` and `pki/contract` (schemas).
 * Start reading at `verify-certificate.ts`, then `verdict.ts`; `known-state.ts` is for many certificates against one header.
 */
export { verificationError } from './errors.ts'
export { type KnownState, knownState, recordPart, verifyWithKnownState } from './known-state.ts'
export { type Judgement, judge, type ProvenFacts, type Verdict, verdicts } from './verdict.ts'
export { type Verification, type VerificationInput, verifyCertificate } from './verify-certificate.ts'
