/** Waiting no longer than it is worth. */

/** What the promise comes to, or null when it takes longer; what it comes to then concerns nobody. */
export async function within<T>(millis: number, promise: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, millis, null);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
