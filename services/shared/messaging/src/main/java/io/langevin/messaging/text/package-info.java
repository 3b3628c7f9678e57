/** Records as text: by field for files, in JSON for programs and people. */
package io.langevin.messaging.text;
