/* Defines RG_HAS_SANITIZER in builds with AddressSanitizer or ThreadSanitizer, which
 * replace malloc and end the process if the address space is short; and for the first of
 * them RG_HAS_ADDRESS_SANITIZER. */
#ifndef TESTS_SUPPORT_SANITIZER_H
#define TESTS_SUPPORT_SANITIZER_H
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define RG_HAS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define RG_HAS_SANITIZER 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define RG_HAS_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define RG_HAS_ADDRESS_SANITIZER 1
#endif
#endif
#endif
