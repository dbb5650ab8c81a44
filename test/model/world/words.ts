// Numbers packed one after another, in an array that grows.

export class Words {
  at = new Int32Array(1024);
  length = 0;

  /** Makes room for `more` further words behind `length`. */
  reserve(more: number): void {
    if (this.length + more <= this.at.length) return;
    const larger = new Int32Array(Math.max(2 * this.at.length, this.length + more));
    larger.set(this.at);
    this.at = larger;
  }

  push(word: number): void {
    if (this.length === this.at.length) this.reserve(1);
    this.at[this.length++] = word;
  }
}
