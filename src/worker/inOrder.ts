/** Runs jobs one after the other, in the order they were asked for; one that fails does not stop the next. */
export function inOrder(): <T>(job: () => Promise<T>) => Promise<T> {
  let queue: Promise<unknown> = Promise.resolve();
  return (job) => {
    const result = queue.then(job);
    queue = result.catch(() => undefined);
    return result;
  };
}
