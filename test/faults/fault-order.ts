/** The file through which a test says where a program ends: see `fault-point.ts`. */
import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import type { FaultPoint } from './fault-point.ts'
import type { SupervisedNode } from './supervised-node.ts'

const moduleFile = path.join(import.meta.dirname, 'fault-point.ts')

/** Milliseconds within which a step must come. */
const patience = 20_000

export class FaultOrder {
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'commonroot-test-fault-'))
  readonly #file = path.join(this.#folder, 'order')

  /** What a program loads that shall obey. */
  get module(): string {
    const url = pathToFileURL(moduleFile)
    url.searchParams.set('order', this.#file)
    return url.href
  }

  give(point: FaultPoint): void {
    writeFileSync(`${this.#file}.new`, JSON.stringify(point))
    renameSync(`${this.#file}.new`, this.#file)
  }

  /** Lets a node end at the point, and waits until its supervisor has seen that. @throws when the step does not come */
  async endAt(point: FaultPoint, node: SupervisedNode): Promise<void> {
    const ends = node.endings.length
    this.give(point)
    const until = performance.now() + patience
    while (node.endings.length === ends) {
      if (performance.now() > until) throw new Error(`never came: ${nameOfPoint(point)}`)
      await sleep(2)
    }
  }

  /** Whether the program has ended where it should. */
  get isCarriedOut(): boolean {
    return !existsSync(this.#file)
  }

  discard(): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

export function nameOfPoint({ step, moment, occurrence }: FaultPoint): string {
  return `${moment} ${step}, time ${occurrence}`
}
