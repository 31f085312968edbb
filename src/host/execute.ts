/** Executes transactions and due work over a draft: savepoints, refusals, and reads that nobody declared. */
import { CommonrootError } from '../errors/index.ts'
import type { Address, Context, Principal } from '../module/index.ts'
import { type Acting, RuleRun } from './context.ts'
import type { Draft } from './draft.ts'
import { transactionError } from './errors.ts'
import { requirePlaceAndTime } from './place-and-time.ts'
import type { ItemChecks, PreparedOperation, PreparedTransaction } from './prepare.ts'
import type { Program } from './program.ts'
import { done, type TransactionResult, unchanged } from './result.ts'
import { type BlockFacts, DeclaredReads, Scope, WriteBudget } from './scope.ts'

export type Position = { readonly transaction: number; readonly operation: number; readonly item: number }

/** A rule threw what is no refusal: deterministic, so the transaction is refused; a defect, so somebody is told. */
export type OnFault = (error: unknown) => void

export class Executor {
  readonly block: BlockFacts
  readonly draft: Draft
  readonly program: Program
  readonly #onFault: OnFault
  readonly #turn: () => Promise<void> | undefined
  readonly #loadedAlways = new Map<string, DeclaredReads>()

  constructor(
    block: BlockFacts,
    draft: Draft,
    program: Program,
    onFault: OnFault,
    turn: () => Promise<void> | undefined = () => undefined,
  ) {
    this.block = block
    this.draft = draft
    this.program = program
    this.#onFault = onFault
    this.#turn = turn
  }

  /**
   * All operations or none. `recorded` says whether its id is used up: not when anyone could have sent it (a bad
   * signature), nor when it was out of its time.
   */
  async transaction(
    prepared: PreparedTransaction,
    index: number,
    executedBefore: boolean,
  ): Promise<{ readonly result: TransactionResult; readonly recorded: boolean }> {
    const mark = this.draft.overlay.mark()
    let recorded = false
    try {
      this.#checkEnvelope(prepared, executedBefore)
      recorded = true
      const checks = await prepared.itemChecks()
      const budget = new WriteBudget()
      const position = { transaction: index + 1, operation: 0, item: 0 }
      const signers = await this.signers(prepared, position, budget)
      const operations = []
      for (const [number, operation] of prepared.operations.entries()) {
        const acting = { module: operation.module, transaction: prepared.id, signers, source: prepared.bytes }
        operations.push(
          await this.#operation(operation, checks[number] ?? [], acting, { ...position, operation: number }, budget),
        )
      }
      return { recorded, result: { code: done, operations } }
    } catch (error) {
      this.draft.overlay.undoTo(mark)
      return { recorded, result: { code: this.refusalNumber(error), operations: [] } }
    }
  }

  /** Turns claims into principals. @throws what the owners of the kinds refuse; transaction.unknown-signer-kind */
  async signers(prepared: PreparedTransaction, position: Position, budget: WriteBudget): Promise<Principal[]> {
    const claims = prepared.signed.transaction.signers
    const principals: Principal[] = []
    for (const kind of new Set(claims.map((claim) => claim.kind))) {
      const owner = this.program.signerKind(kind)
      if (owner === undefined) throw transactionError('unknown-signer-kind', { kind })
      const ofKind = claims.filter((claim) => claim.kind === kind)
      const acting = { module: owner.module.name, transaction: prepared.id, signers: [] }
      const resolved = await this.run(owner.signers.reads(ofKind), acting, position, budget, (context) =>
        owner.signers.resolve(context, ofKind),
      )
      principals.push(...resolved)
    }
    return principals
  }

  /** Runs one rule; a read that is not here yet undoes it, is fetched, and it runs again from the start. */
  async run<Result>(
    reads: Iterable<Address>,
    acting: Acting,
    position: Position,
    budget: WriteBudget,
    rule: (context: Context) => Result,
  ): Promise<Result> {
    const { overlay } = this.draft
    const declared = Array.isArray(reads) ? reads : [...reads]
    const always = this.#loadedAlways.get(acting.module) ?? (await this.#always(acting.module))
    if (!overlay.has(declared)) await overlay.load(declared)
    const allowed = new DeclaredReads(declared)
    const mark = overlay.mark()
    const left = budget.left
    for (;;) {
      try {
        const scope = new Scope(allowed, always, position, budget)
        const result = rule(new RuleRun(this.block, this.draft, scope, acting).contextOf(acting.module))
        if (!overlay.missed) return result
      } catch (error) {
        if (!overlay.missed) {
          overlay.undoTo(mark)
          throw error
        }
      }
      overlay.undoTo(mark)
      budget.restore(left)
      await overlay.loadMissed()
    }
  }

  /** What every rule of a module may read: fetched once a block. */
  async #always(module: string): Promise<DeclaredReads> {
    const addresses = this.program.module(module)?.always ?? []
    await this.draft.overlay.load(addresses)
    const reads = new DeclaredReads(addresses)
    this.#loadedAlways.set(module, reads)
    return reads
  }

  /** The number under which a thrown error stands in results. What must stop the node is thrown on. */
  refusalNumber(error: unknown): number {
    if (error instanceof CommonrootError) {
      if (error.code === 'crypto.library-surprise' || error.status >= 500) throw error
      return error.number
    }
    // Stack and memory end at different places on different machines: a node must not guess from that.
    if (error instanceof RangeError || !(error instanceof TypeError)) throw error
    this.#onFault(error)
    return transactionError('fault').number
  }

  #checkEnvelope({ signed, signaturesHold }: PreparedTransaction, executedBefore: boolean): void {
    requirePlaceAndTime(signed.transaction, this.block)
    if (!signaturesHold) throw transactionError('signature')
    if (executedBefore) throw transactionError('duplicate')
  }

  async #operation(
    operation: PreparedOperation,
    itemChecks: ItemChecks[number],
    acting: Acting,
    position: Position,
    budget: WriteBudget,
  ) {
    const { bound, refusal } = operation
    if (bound === undefined) throw refusal ?? transactionError('fault')
    await this.run(bound.allowReads(acting.signers), acting, position, budget, bound.allow)
    const verdicts: number[] = []
    for (const [index, item] of bound.items.entries()) {
      const pause = this.#turn()
      if (pause !== undefined) await pause
      const itemPosition = { ...position, item: index }
      const checks = itemChecks[index] ?? []
      try {
        if (item.refusal !== undefined) throw item.refusal
        const verdict = await this.run(item.reads(acting.signers), acting, itemPosition, budget, (context) =>
          item.apply(context, checks),
        )
        verdicts.push(verdict === 'done' ? done : unchanged)
      } catch (error) {
        if (bound.form === 'single') throw error
        verdicts.push(this.refusalNumber(error))
      }
    }
    return bound.form === 'single' ? {} : { verdicts }
  }
}
