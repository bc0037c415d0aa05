;; Transposed convolution of many samples that share one input: 32 samples lie side by side, so that one row of 128 bytes
;; holds one number of each. What is zero in all of them, and every weight and input that is zero, costs nothing.
;; All addresses are bytes, all numbers float32. The memory is that of tfjs' own program, with its tensors.
(module
  (import "tfjs" "memory" (memory 1))

  ;; Transposes a matrix of rows x columns, both multiples of 4, in blocks of 4 x 4. The shorter side is the outer loop:
  ;; then only four streams of memory are far apart at a time.
  (func (export "turn") (param $from i32) (param $rows i32) (param $columns i32) (param $to i32)
    (local $width i32) (local $height i32) (local $outer i32) (local $inner i32) (local $in i32) (local $out i32)
    (local $inOuter i32) (local $inInner i32) (local $outOuter i32) (local $outInner i32) (local $isTall i32)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local $ab v128) (local $cd v128) (local $ab2 v128) (local $cd2 v128)
    (local.set $width (i32.shl (local.get $columns) (i32.const 2)))
    (local.set $height (i32.shl (local.get $rows) (i32.const 2)))
    (local.set $isTall (i32.gt_u (local.get $rows) (local.get $columns)))
    ;; bytes from block to block: down a column of the input, along a row of it, and the same in the output
    (local.set $inOuter (i32.shl (local.get $width) (i32.const 2)))
    (local.set $inInner (i32.const 16))
    (local.set $outOuter (i32.const 16))
    (local.set $outInner (i32.shl (local.get $height) (i32.const 2)))
    (if (local.get $isTall)
      (then
        (local.set $inInner (local.get $inOuter))
        (local.set $inOuter (i32.const 16))
        (local.set $outOuter (local.get $outInner))
        (local.set $outInner (i32.const 16))))
    (local.set $outer (i32.shr_u (select (local.get $columns) (local.get $rows) (local.get $isTall)) (i32.const 2)))
    (loop $nextOuter
      (local.set $in (local.get $from))
      (local.set $out (local.get $to))
      (local.set $inner (i32.shr_u (select (local.get $rows) (local.get $columns) (local.get $isTall)) (i32.const 2)))
      (loop $nextInner
        (local.set $a (v128.load (local.get $in)))
        (local.set $b (v128.load (i32.add (local.get $in) (local.get $width))))
        (local.set $c (v128.load (i32.add (local.get $in) (i32.mul (local.get $width) (i32.const 2)))))
        (local.set $d (v128.load (i32.add (local.get $in) (i32.mul (local.get $width) (i32.const 3)))))
        ;; a0 b0 a1 b1 and c0 d0 c1 d1, then the upper halves
        (local.set $ab (i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23 (local.get $a) (local.get $b)))
        (local.set $cd (i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23 (local.get $c) (local.get $d)))
        (local.set $ab2 (i8x16.shuffle 8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31 (local.get $a) (local.get $b)))
        (local.set $cd2 (i8x16.shuffle 8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31 (local.get $c) (local.get $d)))
        (v128.store (local.get $out)
          (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $ab) (local.get $cd)))
        (v128.store (i32.add (local.get $out) (local.get $height))
          (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $ab) (local.get $cd)))
        (v128.store (i32.add (local.get $out) (i32.mul (local.get $height) (i32.const 2)))
          (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $ab2) (local.get $cd2)))
        (v128.store (i32.add (local.get $out) (i32.mul (local.get $height) (i32.const 3)))
          (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $ab2) (local.get $cd2)))
        (local.set $in (i32.add (local.get $in) (local.get $inInner)))
        (local.set $out (i32.add (local.get $out) (local.get $outInner)))
        (br_if $nextInner (local.tee $inner (i32.sub (local.get $inner) (i32.const 1)))))
      (local.set $from (i32.add (local.get $from) (local.get $inOuter)))
      (local.set $to (i32.add (local.get $to) (local.get $outOuter)))
      (br_if $nextOuter (local.tee $outer (i32.sub (local.get $outer) (i32.const 1))))))

  ;; One bit per row of 32 numbers: is one of them not zero? The sign is shifted out: -0 is zero. The bits of each
  ;; position start a new byte.
  (func (export "rowBits")
    (param $rows i32) (param $positions i32) (param $channels i32) (param $bits i32)
    (local $channel i32) (local $byte i32)
    (loop $nextPosition
      (local.set $channel (i32.const 0))
      (local.set $byte (i32.const 0))
      (loop $nextChannel
        (local.set $byte (i32.or (local.get $byte) (i32.shl
          (v128.any_true (i32x4.shl
            (v128.or
              (v128.or
                (v128.or (v128.load (local.get $rows)) (v128.load offset=16 (local.get $rows)))
                (v128.or (v128.load offset=32 (local.get $rows)) (v128.load offset=48 (local.get $rows))))
              (v128.or
                (v128.or (v128.load offset=64 (local.get $rows)) (v128.load offset=80 (local.get $rows)))
                (v128.or (v128.load offset=96 (local.get $rows)) (v128.load offset=112 (local.get $rows)))))
            (i32.const 1)))
          (i32.and (local.get $channel) (i32.const 7)))))
        (local.set $rows (i32.add (local.get $rows) (i32.const 128)))
        (local.set $channel (i32.add (local.get $channel) (i32.const 1)))
        (if (i32.or
              (i32.eqz (i32.and (local.get $channel) (i32.const 7)))
              (i32.eq (local.get $channel) (local.get $channels)))
          (then
            (i32.store8 (local.get $bits) (local.get $byte))
            (local.set $bits (i32.add (local.get $bits) (i32.const 1)))
            (local.set $byte (i32.const 0))))
        (br_if $nextChannel (i32.lt_u (local.get $channel) (local.get $channels))))
      (br_if $nextPosition (local.tee $positions (i32.sub (local.get $positions) (i32.const 1))))))

  ;; out[p, i] = x[p, i] * sum over taps t and channels j of kernel[i, t, j] * share[q(p, t), j], 32 samples each.
  ;; A "slot" is a pair (t, j); the slots of a tap are filled up to a multiple of 8, so that its bits are whole bytes, and
  ;; all slots to a multiple of 64.
  (func (export "gather")
    (param $share i32)       ;; rows [positions of the share, shareChannels]
    (param $shareBits i32)   ;; bits of these rows, tapBytes per position
    (param $tapBytes i32)    ;; bytes of bits per tap
    (param $shareChannels i32)
    (param $kernel i32)      ;; [channels, slots]
    (param $kernelBits i32)  ;; [channels, slots / 8 bytes]
    (param $slots i32)
    (param $meets i32)       ;; [positions, taps] as int32: the position of the share a tap meets, or -1
    (param $taps i32)
    (param $x i32)           ;; [positions, channels]
    (param $out i32)         ;; rows [positions, channels]
    (param $positions i32)
    (param $channels i32)
    (param $rowOf i32)       ;; room for the address of each slot's row, [slots] as int32
    (param $active i32)      ;; room for the bits of the slots of one position
    (local $tap i32) (local $q i32) (local $k i32) (local $end i32) (local $channel i32) (local $word i32)
    (local $wordBytes i32) (local $mask i64) (local $slot i32) (local $row i32) (local $weight v128) (local $value f32)
    (local $weights i32) (local $weightBits i32)
    (local $s0 v128) (local $s1 v128) (local $s2 v128) (local $s3 v128)
    (local $s4 v128) (local $s5 v128) (local $s6 v128) (local $s7 v128)
    (local.set $wordBytes (i32.shr_u (local.get $slots) (i32.const 3)))
    (loop $nextPosition
      ;; The rows that the taps meet from here, and which of them hold anything.
      (local.set $tap (i32.const 0))
      (loop $nextTap
        (local.set $q (i32.load (local.get $meets)))
        (local.set $meets (i32.add (local.get $meets) (i32.const 4)))
        (local.set $k (i32.mul (local.get $tap) (local.get $tapBytes)))
        (local.set $slot (i32.add (local.get $rowOf) (i32.shl (local.get $k) (i32.const 5))))
        (local.set $k (i32.add (local.get $active) (local.get $k)))
        (local.set $end (i32.add (local.get $k) (local.get $tapBytes)))
        (local.set $row (i32.add (local.get $share)
          (i32.shl (i32.mul (local.get $q) (local.get $shareChannels)) (i32.const 7))))
        (local.set $word (i32.add (local.get $shareBits) (i32.mul (local.get $q) (local.get $tapBytes))))
        (loop $nextByte
          (if (i32.lt_s (local.get $q) (i32.const 0))
            (then (i32.store8 (local.get $k) (i32.const 0)))
            (else
              (i32.store8 (local.get $k) (i32.load8_u (local.get $word)))
              (v128.store (local.get $slot)
                (i32x4.add (i32x4.splat (local.get $row)) (v128.const i32x4 0 128 256 384)))
              (v128.store offset=16 (local.get $slot)
                (i32x4.add (i32x4.splat (local.get $row)) (v128.const i32x4 512 640 768 896)))))
          (local.set $word (i32.add (local.get $word) (i32.const 1)))
          (local.set $row (i32.add (local.get $row) (i32.const 1024)))
          (local.set $slot (i32.add (local.get $slot) (i32.const 32)))
          (br_if $nextByte (i32.lt_u (local.tee $k (i32.add (local.get $k) (i32.const 1))) (local.get $end))))
        (br_if $nextTap (i32.lt_u (local.tee $tap (i32.add (local.get $tap) (i32.const 1))) (local.get $taps))))

      (local.set $weights (local.get $kernel))
      (local.set $weightBits (local.get $kernelBits))
      (local.set $channel (i32.const 0))
      (loop $nextChannel
        (local.set $s0 (v128.const i32x4 0 0 0 0))
        (local.set $s1 (local.get $s0))
        (local.set $s2 (local.get $s0))
        (local.set $s3 (local.get $s0))
        (local.set $s4 (local.get $s0))
        (local.set $s5 (local.get $s0))
        (local.set $s6 (local.get $s0))
        (local.set $s7 (local.get $s0))
        (local.set $value (f32.load (local.get $x)))
        (if (f32.ne (local.get $value) (f32.const 0))
          (then
            (local.set $word (i32.const 0))
            (loop $nextWord
              (local.set $mask (i64.and
                (i64.load (i32.add (local.get $active) (local.get $word)))
                (i64.load (i32.add (local.get $weightBits) (local.get $word)))))
              (block $noneLeft
                (loop $nextBit
                  (br_if $noneLeft (i64.eqz (local.get $mask)))
                  ;; four bytes per slot, in the kernel and among the addresses
                  (local.set $slot (i32.shl
                    (i32.add (i32.shl (local.get $word) (i32.const 3)) (i32.wrap_i64 (i64.ctz (local.get $mask))))
                    (i32.const 2)))
                  (local.set $mask (i64.and (local.get $mask) (i64.sub (local.get $mask) (i64.const 1))))
                  (local.set $row (i32.load (i32.add (local.get $rowOf) (local.get $slot))))
                  (local.set $weight (v128.load32_splat (i32.add (local.get $weights) (local.get $slot))))
                  (local.set $s0 (f32x4.add (local.get $s0) (f32x4.mul (local.get $weight) (v128.load (local.get $row)))))
                  (local.set $s1 (f32x4.add (local.get $s1) (f32x4.mul (local.get $weight) (v128.load offset=16 (local.get $row)))))
                  (local.set $s2 (f32x4.add (local.get $s2) (f32x4.mul (local.get $weight) (v128.load offset=32 (local.get $row)))))
                  (local.set $s3 (f32x4.add (local.get $s3) (f32x4.mul (local.get $weight) (v128.load offset=48 (local.get $row)))))
                  (local.set $s4 (f32x4.add (local.get $s4) (f32x4.mul (local.get $weight) (v128.load offset=64 (local.get $row)))))
                  (local.set $s5 (f32x4.add (local.get $s5) (f32x4.mul (local.get $weight) (v128.load offset=80 (local.get $row)))))
                  (local.set $s6 (f32x4.add (local.get $s6) (f32x4.mul (local.get $weight) (v128.load offset=96 (local.get $row)))))
                  (local.set $s7 (f32x4.add (local.get $s7) (f32x4.mul (local.get $weight) (v128.load offset=112 (local.get $row)))))
                  (br $nextBit)))
              (br_if $nextWord
                (i32.lt_u (local.tee $word (i32.add (local.get $word) (i32.const 8))) (local.get $wordBytes))))))
        (local.set $weight (f32x4.splat (local.get $value)))
        (v128.store (local.get $out) (f32x4.mul (local.get $weight) (local.get $s0)))
        (v128.store offset=16 (local.get $out) (f32x4.mul (local.get $weight) (local.get $s1)))
        (v128.store offset=32 (local.get $out) (f32x4.mul (local.get $weight) (local.get $s2)))
        (v128.store offset=48 (local.get $out) (f32x4.mul (local.get $weight) (local.get $s3)))
        (v128.store offset=64 (local.get $out) (f32x4.mul (local.get $weight) (local.get $s4)))
        (v128.store offset=80 (local.get $out) (f32x4.mul (local.get $weight) (local.get $s5)))
        (v128.store offset=96 (local.get $out) (f32x4.mul (local.get $weight) (local.get $s6)))
        (v128.store offset=112 (local.get $out) (f32x4.mul (local.get $weight) (local.get $s7)))
        (local.set $x (i32.add (local.get $x) (i32.const 4)))
        (local.set $out (i32.add (local.get $out) (i32.const 128)))
        (local.set $weights (i32.add (local.get $weights) (i32.shl (local.get $slots) (i32.const 2))))
        (local.set $weightBits (i32.add (local.get $weightBits) (local.get $wordBytes)))
        (br_if $nextChannel
          (i32.lt_u (local.tee $channel (i32.add (local.get $channel) (i32.const 1))) (local.get $channels))))
      (br_if $nextPosition (local.tee $positions (i32.sub (local.get $positions) (i32.const 1))))))

  ;; The sum for one sample, with 16 channels side by side; the channels are a multiple of 16.
  ;; out[p, i] = sum over taps t and filters j of share[q(p, t), j] * kernel[t, j, i], where the share is not zero.
  (func (export "sum")
    (param $share i32)       ;; [places, filters]
    (param $places i32)
    (param $filters i32)
    (param $kernel i32)      ;; [taps, filters, channels]
    (param $meets i32)       ;; [positions, taps] as int32, as above
    (param $taps i32)
    (param $out i32)         ;; [positions, channels]
    (param $positions i32)
    (param $channels i32)
    (param $entries i32)     ;; room for a list of [number, offset in the kernel] per place, 8 bytes an entry
    (param $counts i32)      ;; room for the lengths of these lists, 4 bytes each
    (param $list i32)        ;; room for the entries of all taps of one position
    (local $step i32) (local $stride i32) (local $i i32) (local $k i32) (local $to i32) (local $tap i32) (local $q i32)
    (local $value f32) (local $offsets v128) (local $end i32) (local $weights i32) (local $block i32) (local $factor v128)
    (local $s0 v128) (local $s1 v128) (local $s2 v128) (local $s3 v128)
    (local.set $step (i32.shl (local.get $channels) (i32.const 2)))
    (local.set $stride (i32.shl (local.get $filters) (i32.const 3)))

    ;; What is not zero at each place. Written always and kept if it counts: that needs no branch.
    (loop $nextPlace
      (local.set $k (i32.const 0))
      (local.set $to (i32.add (local.get $entries) (i32.mul (local.get $i) (local.get $stride))))
      (local.set $q (local.get $to))
      (loop $nextFilter
        (local.set $value (f32.load (local.get $share)))
        (f32.store (local.get $to) (local.get $value))
        (i32.store offset=4 (local.get $to) (i32.mul (local.get $k) (local.get $step)))
        (local.set $to (i32.add (local.get $to)
          (i32.shl (f32.ne (local.get $value) (f32.const 0)) (i32.const 3))))
        (local.set $share (i32.add (local.get $share) (i32.const 4)))
        (br_if $nextFilter (i32.lt_u (local.tee $k (i32.add (local.get $k) (i32.const 1))) (local.get $filters))))
      (i32.store (i32.add (local.get $counts) (i32.shl (local.get $i) (i32.const 2)))
        (i32.sub (local.get $to) (local.get $q)))
      (br_if $nextPlace (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $places))))

    (loop $nextPosition
      ;; One list for all taps, with the offset of the tap added. Two entries are copied at a time; the next tap writes
      ;; over one too many.
      (local.set $end (local.get $list))
      (local.set $tap (i32.const 0))
      (loop $nextTap
        (local.set $q (i32.load (local.get $meets)))
        (local.set $meets (i32.add (local.get $meets) (i32.const 4)))
        (if (i32.ge_s (local.get $q) (i32.const 0))
          (then
            (local.set $offsets (v128.and
              (i32x4.splat (i32.mul (i32.mul (local.get $tap) (local.get $filters)) (local.get $step)))
              (v128.const i32x4 0 -1 0 -1)))
            (local.set $i (i32.add (local.get $entries) (i32.mul (local.get $q) (local.get $stride))))
            (local.set $to (local.get $end))
            (local.set $end (i32.add (local.get $end)
              (i32.load (i32.add (local.get $counts) (i32.shl (local.get $q) (i32.const 2))))))
            (loop $nextPair
              (v128.store (local.get $to) (i32x4.add (v128.load (local.get $i)) (local.get $offsets)))
              (local.set $i (i32.add (local.get $i) (i32.const 16)))
              (br_if $nextPair
                (i32.lt_u (local.tee $to (i32.add (local.get $to) (i32.const 16))) (local.get $end))))))
        (br_if $nextTap (i32.lt_u (local.tee $tap (i32.add (local.get $tap) (i32.const 1))) (local.get $taps))))

      (local.set $block (i32.const 0))
      (loop $nextBlock
        (local.set $s0 (v128.const i32x4 0 0 0 0))
        (local.set $s1 (local.get $s0))
        (local.set $s2 (local.get $s0))
        (local.set $s3 (local.get $s0))
        (local.set $k (i32.add (local.get $kernel) (local.get $block)))
        (local.set $i (local.get $list))
        (if (i32.lt_u (local.get $i) (local.get $end))
          (then
            (loop $nextEntry
              (local.set $factor (v128.load32_splat (local.get $i)))
              (local.set $weights (i32.add (local.get $k) (i32.load offset=4 (local.get $i))))
              (local.set $s0 (f32x4.add (local.get $s0) (f32x4.mul (local.get $factor) (v128.load (local.get $weights)))))
              (local.set $s1 (f32x4.add (local.get $s1) (f32x4.mul (local.get $factor) (v128.load offset=16 (local.get $weights)))))
              (local.set $s2 (f32x4.add (local.get $s2) (f32x4.mul (local.get $factor) (v128.load offset=32 (local.get $weights)))))
              (local.set $s3 (f32x4.add (local.get $s3) (f32x4.mul (local.get $factor) (v128.load offset=48 (local.get $weights)))))
              (br_if $nextEntry
                (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 8))) (local.get $end))))))
        (v128.store (local.get $out) (local.get $s0))
        (v128.store offset=16 (local.get $out) (local.get $s1))
        (v128.store offset=32 (local.get $out) (local.get $s2))
        (v128.store offset=48 (local.get $out) (local.get $s3))
        (local.set $out (i32.add (local.get $out) (i32.const 64)))
        (br_if $nextBlock
          (i32.lt_u (local.tee $block (i32.add (local.get $block) (i32.const 64))) (local.get $step))))
      (br_if $nextPosition (local.tee $positions (i32.sub (local.get $positions) (i32.const 1)))))))
