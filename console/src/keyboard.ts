/** Single keys as commands: never while somebody types, and never with a modifier that means something else. */
export function isTyping(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return true;
  const target = event.target as HTMLElement;
  return (
    target.isContentEditable ||
    // Nobody types into a box that is ticked.
    (target instanceof HTMLInputElement && !/^(checkbox|radio)$/.test(target.type)) ||
    /^(TEXTAREA|SELECT)$/.test(target.tagName) ||
    document.querySelector('dialog[open]') !== null
  );
}
