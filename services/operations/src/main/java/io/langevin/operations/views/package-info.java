/** What people ask about: topics read for them, and the broker's state. */
package io.langevin.operations.views;
