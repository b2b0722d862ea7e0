/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * native_helpers.h - stands in for libbpf's bpf_helpers.h, so that garpd.bpf.c compiles natively,
 * whole and as it is: the helpers are functions (native_maps.c, native_skb.c), the maps variables
 * of these shapes.
 */
#ifndef GARPD_REPLAY_NATIVE_HELPERS_H
#define GARPD_REPLAY_NATIVE_HELPERS_H

#define __BPF_HELPERS__ /* libbpf's header is empty then */

#include <linux/bpf.h>
#include <linux/types.h>
#include <stddef.h>

#define SEC(name)
#define __uint(name, value)   int(*name)[value]
#define __type(name, value)   __typeof__(value) *name
#define LIBBPF_PIN_BY_NAME    1
#define barrier_var(variable) asm volatile("" : "+r"(variable))
#define barrier()	      asm volatile("" ::: "memory")
#define bpf_spin_lock(lock)   native_lock(lock)
#define bpf_spin_unlock(lock) ((void)(lock))

/* libbpf, and the rest of the program, have such names. */
#define bpf_ktime_get_ns    native_ktime_get_ns
#define bpf_map_lookup_elem native_lookup_elem
#define bpf_map_update_elem native_update_elem
#define bpf_map_delete_elem native_delete_elem
#define bpf_ringbuf_reserve native_ringbuf_reserve
#define bpf_ringbuf_submit  native_ringbuf_submit
#define bpf_skb_pull_data   native_skb_pull_data
#define bpf_skb_load_bytes  native_skb_load_bytes
#define bpf_skb_store_bytes native_skb_store_bytes
#define bpf_skb_change_tail native_skb_change_tail
#define bpf_skb_vlan_push   native_skb_vlan_push
#define bpf_skb_vlan_pop    native_skb_vlan_pop
#define bpf_clone_redirect  native_clone_redirect

void native_lock(const struct bpf_spin_lock *lock);
__u64 bpf_ktime_get_ns(void);
void *bpf_map_lookup_elem(void *map, const void *key);
long bpf_map_update_elem(void *map, const void *key, const void *value, __u64 flags);
long bpf_map_delete_elem(void *map, const void *key);
void *bpf_ringbuf_reserve(void *ring, __u64 size, __u64 flags);
void bpf_ringbuf_submit(void *record, __u64 flags);

long bpf_skb_pull_data(struct __sk_buff *skb, __u32 len);
long bpf_skb_load_bytes(const struct __sk_buff *skb, __u32 offset, void *to, __u32 len);
long bpf_skb_store_bytes(struct __sk_buff *skb, __u32 offset, const void *from, __u32 len,
			 __u64 flags);
long bpf_skb_change_tail(struct __sk_buff *skb, __u32 len, __u64 flags);
long bpf_skb_vlan_push(struct __sk_buff *skb, __be16 proto, __u16 tci);
long bpf_skb_vlan_pop(struct __sk_buff *skb);
long bpf_clone_redirect(struct __sk_buff *skb, __u32 ifindex, __u64 flags);

#endif
