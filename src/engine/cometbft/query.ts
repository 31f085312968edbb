/** What an ABCI query asks and gets: beside consensus, for whoever reads through CometBFT's RPC. */
import { CommonrootError } from '../../errors/index.ts'
import { engineError } from '../errors.ts'
import type { AbciAnswer } from './abci-messages.ts'

export type StateQuery = {
  readonly path: string
  readonly key: Uint8Array
  /** 0n asks for the newest. */
  readonly height: bigint
  readonly prove: boolean
}

export type QueryAnswer = {
  /** The height whose state was read. */
  readonly height: bigint
  readonly value: Uint8Array | null
  /** From the leaf to the app hash of the next header; each an ICS23 `CommitmentProof`. */
  readonly proofs?: readonly [leaf: Uint8Array, roots: Uint8Array]
}

export type AnswerQuery = (query: StateQuery) => Promise<QueryAnswer>

/** For an application that is not to be asked. */
export const refuseQueries: AnswerQuery = async () => {
  throw engineError('query-refused', { reason: 'this application answers none' })
}

/** Names of the two proofs, as Cosmos chains write them: a sparse Merkle tree, then a plain hash of what lies below. */
const proofTypes = ['ics23:smt', 'ics23:simple'] as const

const codespace = 'commonroot'

/** The answer's body. A refusal is an answer; all else that is thrown is the application's failure. */
export async function queryBody(answer: AnswerQuery, query: StateQuery): Promise<AbciAnswer['body']> {
  try {
    const { height, value, proofs } = await answer(query)
    const { key } = query
    return {
      key,
      height,
      ...(value === null ? {} : { value }),
      ...(proofs === undefined
        ? {}
        : { proof_ops: { ops: proofs.map((data, index) => ({ type: proofTypes[index], key, data })) } }),
    }
  } catch (error) {
    if (!(error instanceof CommonrootError)) throw error
    return { code: error.number, log: error.code, codespace }
  }
}
