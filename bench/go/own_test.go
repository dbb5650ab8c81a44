// Benchmarks that Go's own tests do not have, for the rows of bench/rows.ts.
package own

import (
	"context"
	"fmt"
	"testing"
	"time"
)

// Runs f while so many other timers wait, at different times.
func pending(b *testing.B, f func(b *testing.B)) {
	for _, n := range []int{1, 1000, 1000000} {
		b.Run(fmt.Sprintf("pending=%d", n), func(b *testing.B) {
			others := make([]*time.Timer, n)
			for i := range others {
				others[i] = time.AfterFunc(time.Hour+time.Duration(i*7919%1000003)*time.Millisecond, func() {})
			}
			b.ResetTimer()
			f(b)
			b.StopTimer()
			for _, t := range others {
				t.Stop()
			}
		})
	}
}

// One op: a function is set and stopped.
func BenchmarkTimerStartStop(b *testing.B) {
	pending(b, func(b *testing.B) {
		for i := 0; i < b.N; i++ {
			time.AfterFunc(time.Hour+time.Duration(i&1023)*time.Second, func() {}).Stop()
		}
	})
}

// One op: a timer that waits is set to another time.
func BenchmarkTimerReset(b *testing.B) {
	pending(b, func(b *testing.B) {
		t := time.AfterFunc(time.Hour, func() {})
		for i := 0; i < b.N; i++ {
			t.Reset(time.Hour + time.Duration(i&1023)*time.Second)
		}
		t.Stop()
	})
}

// One op: a chain of a hundred contexts, each with its channel, and the end of the first.
func BenchmarkCancelTreeDone(b *testing.B) {
	for i := 0; i < b.N; i++ {
		ctx, cancel := context.WithCancel(context.Background())
		for d := 0; d < 100; d++ {
			ctx, _ = context.WithCancel(ctx)
			ctx.Done()
		}
		cancel()
	}
}
