import { syncFolder } from '../../durable/index.ts'

/**
 * Makes names in a folder durable. Callers that come while a flush runs share the next one: their names may have missed
 * the running one.
 */
export class FolderSync {
  readonly #folder: string
  #running: Promise<void> | undefined
  #next: Promise<void> | undefined

  constructor(folder: string) {
    this.#folder = folder
  }

  flush(): Promise<void> {
    if (this.#running === undefined) return this.#start()
    this.#next ??= this.#running.then(
      () => this.#start(),
      () => this.#start(),
    )
    return this.#next
  }

  #start(): Promise<void> {
    this.#next = undefined
    this.#running = syncFolder(this.#folder).finally(() => {
      if (this.#next === undefined) this.#running = undefined
    })
    return this.#running
  }
}
