import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { cryptoError } from '../errors.ts'
import type { SignatureCheck } from '../verify.ts'
import { type PackedChecks, packChecks } from './packed-checks.ts'
import type { ThreadAnswer } from './verification-thread.ts'

/** Checks that a thread is given at once: enough that handing over costs little, few enough that all cores share a batch. */
const checksOfOneTask = 128

/** Tasks that a thread has at a time: the next one is there when it has finished the first. */
const tasksOfOneThread = 2

/** MiB: a thread keeps some keys and what it is working on. */
const resourceLimits = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 }

const threadProgram = new URL('verification-thread.ts', import.meta.url)

type Task = {
  readonly packed: PackedChecks
  readonly resolve: (verdicts: readonly boolean[]) => void
  readonly reject: (error: unknown) => void
}

/** A fixed number of threads that verify signatures, started by the first task. They keep no process alive that is done. */
export class VerificationThreads {
  readonly #size: number
  readonly #program: URL
  readonly #threads: VerificationThread[] = []
  readonly #waiting: Task[] = []

  constructor(size: number = availableParallelism(), program: URL = threadProgram) {
    this.#size = size
    this.#program = program
  }

  /** The verdicts of `verifySignature`, in the order of the checks. @throws crypto.algorithm-unknown, crypto.library-surprise, crypto.thread-ended */
  async verify(checks: readonly SignatureCheck[]): Promise<boolean[]> {
    const portions: PackedChecks[] = []
    for (let start = 0; start < checks.length; start += checksOfOneTask) {
      portions.push(packChecks(checks.slice(start, start + checksOfOneTask)))
    }
    // Only once all are packed: nobody would wait for the first ones of a list whose last is refused.
    const verdicts = portions.map((packed) => {
      const { promise, resolve, reject } = Promise.withResolvers<readonly boolean[]>()
      this.#waiting.push({ packed, resolve, reject })
      return promise
    })
    this.#handOut()
    return (await Promise.all(verdicts)).flat()
  }

  #handOut(): void {
    while (this.#waiting.length > 0) {
      const thread = this.#freest()
      if (thread === undefined) return
      thread.give(this.#waiting.shift()!)
    }
  }

  #freest(): VerificationThread | undefined {
    const [freest] = this.#threads.toSorted((a, b) => a.load - b.load)
    if (freest !== undefined && (freest.load === 0 || this.#threads.length === this.#size)) {
      return freest.load < tasksOfOneThread ? freest : undefined
    }
    const begun = new VerificationThread(
      this.#program,
      () => this.#handOut(),
      () => this.#threads.splice(this.#threads.indexOf(begun), 1),
    )
    this.#threads.push(begun)
    return begun
  }
}

class VerificationThread {
  readonly #worker: Worker
  readonly #tasks: Task[] = []

  /** `onAnswer` is called when it has room, `onEnd` when it has failed as a whole. */
  constructor(program: URL, onAnswer: () => void, onEnd: () => void) {
    this.#worker = new Worker(program, { resourceLimits })
    let reason: unknown
    this.#worker.unref()
    this.#worker.on('message', (answer: ThreadAnswer) => {
      this.#settle(answer)
      onAnswer()
    })
    this.#worker.once('error', (error) => {
      reason = error
    })
    this.#worker.once('exit', () => {
      onEnd()
      for (const { reject } of this.#tasks.splice(0)) reject(cryptoError('thread-ended', {}, reason))
      onAnswer()
    })
  }

  get load(): number {
    return this.#tasks.length
  }

  give(task: Task): void {
    const { numbers, bytes } = task.packed
    this.#worker.postMessage(task.packed, [numbers.buffer, bytes.buffer])
    if (this.#tasks.push(task) === 1) this.#worker.ref()
  }

  /** Answers come in the order of the tasks. */
  #settle(answer: ThreadAnswer): void {
    const task = this.#tasks.shift()
    if (task === undefined) throw new TypeError('an answer without a task')
    if (this.#tasks.length === 0) this.#worker.unref()
    if ('verdicts' in answer) task.resolve(Array.from(answer.verdicts, (verdict) => verdict === 1))
    else task.reject(cryptoError('library-surprise', answer.surprise.details, new Error(answer.surprise.reason)))
  }
}
