/** Answers ABCI requests from an Application: one call at a time, except admission and info. */
import { CommonrootError } from '../../errors/index.ts'
import { engineError } from '../errors.ts'
import type { Application } from '../port.ts'
import { type AbciAnswer, type AbciRequest, validatorUpdate } from './abci-messages.ts'
import { answerSnapshot } from './abci-snapshots.ts'
import { type AnswerQuery, queryBody, refuseQueries, type StateQuery } from './query.ts'

/** Where a transaction that CometBFT asks about comes from, and what became of it. */
export type AdmissionDesk = {
  /** Whether this node submitted these bytes itself and waits for the verdict. */
  isOwn(transaction: Uint8Array): boolean
  refused(transaction: Uint8Array, refusal: CommonrootError): void
}

const verdict = { accept: 1, reject: 2 } as const
const codespace = 'commonroot'
const genericRefusal = 1

export class AbciService {
  readonly #application: Application
  readonly #desk: AdmissionDesk
  readonly #answerQuery: AnswerQuery
  #last: Promise<unknown> = Promise.resolve()

  constructor(application: Application, desk: AdmissionDesk, answerQuery: AnswerQuery = refuseQueries) {
    this.#application = application
    this.#desk = desk
    this.#answerQuery = answerQuery
  }

  /** Rejects with whatever the application throws: a surprise there must stop the node. */
  answer(request: AbciRequest): Promise<AbciAnswer> {
    switch (request.kind) {
      case 'echo':
        return this.#plain(request.kind, { message: request.message })
      case 'flush':
      case 'extend_vote':
        return this.#plain(request.kind, {})
      case 'list_snapshots':
      case 'load_snapshot_chunk':
        return answerSnapshot(this.#application.snapshots, request)
      case 'offer_snapshot':
      case 'apply_snapshot_chunk':
        return this.#inTurn(() => answerSnapshot(this.#application.snapshots, request))
      case 'verify_vote_extension':
        return this.#plain(request.kind, { result: request.isEmpty ? verdict.accept : verdict.reject })
      case 'query':
        return this.#query(request.query)
      case 'info':
        return this.#info()
      case 'check_tx':
        return this.#checkTransaction(request.transaction, request.recheck)
      default:
        return this.#inTurn(() => this.#change(request))
    }
  }

  async #change(
    request: Extract<
      AbciRequest,
      { kind: 'init_chain' | 'prepare_proposal' | 'process_proposal' | 'finalize_block' | 'commit' }
    >,
  ): Promise<AbciAnswer> {
    const { kind } = request
    switch (request.kind) {
      case 'init_chain': {
        const { appHash, validators } = await this.#application.initChain(request.genesis)
        const { appVersion } = await this.#application.info()
        return {
          kind,
          body: {
            consensus_params: { version: { app: appVersion } },
            validators: validators.map(validatorUpdate),
            app_hash: appHash,
          },
        }
      }
      case 'prepare_proposal':
        return { kind, body: { txs: await this.#application.prepareProposal(request) } }
      case 'process_proposal': {
        const accepted = await this.#application.processProposal(request.block)
        return { kind, body: { result: accepted ? verdict.accept : verdict.reject } }
      }
      case 'finalize_block': {
        await this.#refuseGap(request.block.height)
        const output = await this.#application.finalizeBlock(request.block)
        return {
          kind,
          body: {
            tx_results: output.results,
            validator_updates: output.validatorUpdates.map(validatorUpdate),
            ...(output.appVersion === undefined
              ? {}
              : { consensus_param_updates: { version: { app: output.appVersion } } }),
            app_hash: output.appHash,
          },
        }
      }
      case 'commit':
        return { kind, body: { retain_height: (await this.#application.commit()).retainHeight } }
    }
  }

  /** CometBFT compares heights when it starts, but with an empty block store only hashes, which an idle chain repeats. */
  async #refuseGap(height: bigint): Promise<void> {
    const { height: head } = await this.#application.info()
    if (head !== 0n && height !== head + 1n) throw engineError('height-order', { height, head })
  }

  async #info(): Promise<AbciAnswer> {
    const { height, appHash, appVersion } = await this.#application.info()
    return {
      kind: 'info',
      body: {
        data: codespace,
        app_version: appVersion,
        last_block_height: height,
        last_block_app_hash: appHash,
      },
    }
  }

  async #checkTransaction(transaction: Uint8Array, recheck: boolean): Promise<AbciAnswer> {
    const own = this.#desk.isOwn(transaction)
    const admission = await this.#application.admit(transaction, recheck ? 'recheck' : own ? 'api' : 'peer')
    if (admission.accepted) return { kind: 'check_tx', body: {} }
    const { refusal } = admission
    if (own) this.#desk.refused(transaction, refusal)
    return { kind: 'check_tx', body: { code: refusal.number || genericRefusal, log: refusal.code, codespace } }
  }

  async #query(query: StateQuery): Promise<AbciAnswer> {
    return { kind: 'query', body: await queryBody(this.#answerQuery, query) }
  }

  async #plain(kind: AbciAnswer['kind'], body: object): Promise<AbciAnswer> {
    return { kind, body }
  }

  /** CometBFT's four connections are independent; the application sees one call after the other all the same. */
  #inTurn<Answer>(call: () => Promise<Answer>): Promise<Answer> {
    const result = this.#last.then(call)
    this.#last = result.catch(() => undefined)
    return result
  }
}

/** The text that an exception carries to CometBFT's log: a code, never details. */
export function exceptionText(error: unknown): string {
  return error instanceof CommonrootError ? error.code : 'the application failed'
}
