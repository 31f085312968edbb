/** Reads every signed header over HTTP as soon as it is there, and keeps what it saw. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { SupervisedNode } from './supervised-node.ts'

/** Milliseconds between two looks. */
const lookPause = 50

export class HeaderWatch {
  /** The answers as they came, by height. */
  readonly seen = new Map<number, string>()
  readonly #node: SupervisedNode

  constructor(node: SupervisedNode) {
    this.#node = node
  }

  async run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) if (!(await this.#readNext().catch(() => false))) await sleep(lookPause)
  }

  /** Reads all that there are by now. */
  async catchUp(): Promise<void> {
    while (await this.#readNext());
  }

  /** False when there is no header of the next height yet. */
  async #readNext(): Promise<boolean> {
    const height = this.seen.size + 1
    const text = await readHeader(await this.#node.url(), height)
    if (text !== undefined) this.seen.set(height, text)
    return text !== undefined
  }

  /** Headers that the node now shows otherwise than before, or not at all. */
  async changed(): Promise<readonly string[]> {
    const url = await this.#node.url()
    const complaints: string[] = []
    for (const [height, before] of this.seen) {
      if ((await readHeader(url, height)) !== before) complaints.push(`the signed header of height ${height} changed`)
    }
    return complaints
  }
}

/** Undefined when there is no such header yet. */
async function readHeader(url: string, height: number): Promise<string | undefined> {
  const response = await fetch(`${url}/v1/headers/${height}`)
  const text = await response.text()
  return response.status === 200 ? text : undefined
}
