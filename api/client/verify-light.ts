/** Light blocks from files, verified offline. */
import { voteVerifier } from '../../src/crypto/index.ts'
import { CommonrootError } from '../../src/errors/index.ts'
import {
  type Checkpoint,
  type Conflict,
  decodeTrust,
  type Fraction,
  followHeaders,
  parseLightBlocks,
  parsePinnedBlock,
  type TrustedHeader,
} from '../../src/light/index.ts'

export type LightFiles = {
  /** A trust file, or one light block in JSON. */
  readonly trust: Uint8Array
  /** Light blocks as a JSON array. */
  readonly headers: Uint8Array
  /** Milliseconds since 1970. */
  readonly now: bigint
  /** Milliseconds that a header may lie ahead of `now`. */
  readonly clockDrift: bigint
  /** Milliseconds; for a pinned light block that says none. */
  readonly trustingPeriod: bigint
  /** How much of the trusted power has to vouch, for a pinned light block; a trust file says it itself. */
  readonly threshold?: Fraction
  readonly checkpoints?: readonly Checkpoint[]
}

export type LightVerdict = {
  readonly verified: boolean
  /** light.verified, or why not. */
  readonly code: string
  readonly message?: string
  /** The newest height that is trusted now; undefined where the trust itself cannot be read. */
  readonly height?: bigint
  /** The proof of a fork, with the code light.conflicting-header. */
  readonly conflict?: Conflict
}

/** Every light block has to be followed, in order; nothing in the files makes it throw. */
export function verifyLightFiles(files: LightFiles): LightVerdict {
  let trusted: TrustedHeader | undefined
  try {
    trusted = readTrusted(files)
    const { now, clockDrift, checkpoints = [] } = files
    const blocks = parseLightBlocks(files.headers)
    const { reached, refusal, conflict } = followHeaders(trusted, blocks, {
      now,
      clockDrift,
      checkpoints,
      verifier: voteVerifier,
    })
    const { height } = reached
    if (refusal === undefined) return { verified: true, code: 'light.verified', height }
    return { ...refused(refusal), height, ...(conflict === undefined ? {} : { conflict }) }
  } catch (error) {
    if (!(error instanceof CommonrootError)) throw error
    return { ...refused(error), ...(trusted === undefined ? {} : { height: trusted.height }) }
  }
}

/** A trust file is CBOR, whose first byte is none of those that JSON can begin with. */
function readTrusted({ trust, ...given }: Pick<LightFiles, 'trust' | 'trustingPeriod' | 'threshold'>): TrustedHeader {
  const isText = trust.length === 0 || startOfJson.has(trust[0] ?? 0)
  return isText ? parsePinnedBlock(trust, given, voteVerifier) : decodeTrust(trust)
}

/** Blanks, and what opens an object or an array. */
const startOfJson = new Set([...' \t\n\r{['].map((character) => character.charCodeAt(0)))

function refused({ code, message }: CommonrootError) {
  return { verified: false, code, message }
}
