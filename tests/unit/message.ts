/** The whole message of what `act` throws; 'nothing' when it throws nothing. Unlike toThrow, which accepts a part. */
export function messageOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return (error as Error).message;
  }
  return 'nothing';
}

/** The same for work that is waited for. */
export async function messageOfAsync(act: () => Promise<unknown>): Promise<string> {
  try {
    await act();
  } catch (error) {
    return (error as Error).message;
  }
  return 'nothing';
}
